// One view's cube, prepared for brushing: built once when the cube arrives, sliced in every frame of a drag.
import { AGGREGATES } from "../../charts/aggregates.js";
import { MinTree } from "./min-tree.js";
import { mapToPacked, findUsedCells, packCells, unpackCells } from "./sparse-cells.js";
import { RowRuns } from "./row-runs.js";
import { PrefixSums } from "./prefix-sums.js";
import { createValueSums } from "./value-sums.js";

/** @typedef {import("./frame-decoder.js").FrameView} FrameView */
/** @typedef {import("./frame-decoder.js").NumberArray} Numbers */
/** @typedef {import("../types.js").Selection} Selection a selection in the active view: codes of its axis, or bins of two axes */

const UINT32_RANGE = 2 ** 32;

export class CubeSlicer {
  #traits;
  #exact;
  /** Whether the cube depends on the active view; the active view's own and plain histograms don't. */
  #followsActive;
  /** Runs along y, for a two-dimensional active view. */
  #yRuns;
  #xRuns;
  #countSums;
  #valueSums;
  #extremeTree;
  #counts;
  /** The places of the cells that have rows, and a buffer for their values; null: all cells are stored. */
  #keptCells;
  #packed;
  /** Whether the counts fit 32 bits. */
  #fitsUint32;
  /** @param {FrameView} view */
  constructor(view) {
    /** The row count of the dataset that the cube has. */
    this.total = view.total;
    this.cellCount = view.shape.slice(1).reduce((product, size) => product * size, 1);
    this.#traits = AGGREGATES[view.measure.aggregate];
    this.#exact = view.exact;
    this.engine = view.engine ?? "";
    this.#followsActive = view.active !== null && view.shape[0] > 1;
    const [ys, xs] = this.#followsActive ? createRuns(view) : [null, new RowRuns(1, null)];
    this.#yRuns = ys;
    this.#xRuns = xs;
    const extremeArray = this.#getExtremes(view.values);
    this.#keptCells = findUsedCells(view.values.count, this.cellCount);
    this.#packed = new Float64Array(this.#keptCells ? this.#keptCells.length : 0);
    const kept = this.#keptCells ? this.#keptCells.length : this.cellCount;
    const [count, sum, rest, extremes] = this.#packKept(view.values.count, view.values.sum, view.values.rest, extremeArray);
    const ny = ys && ys.rowCount;
    this.#fitsUint32 = view.total < UINT32_RANGE;
    this.#countSums = new PrefixSums(/** @type {Numbers} */ (count), ny, xs.rowCount, kept, this.#fitsUint32);
    this.#valueSums = sum && createValueSums(sum, rest, ny, xs.rowCount, kept);
    this.#extremeTree = extremes && new MinTree(/** @type {Float64Array} */ (extremes), ny ?? 1, xs.rowCount, kept, this.#extremeSign);
    this.#counts = new Float64Array(this.#traits.cubeArray ? kept : 0);
  }

  /**
   * The measure in every cell over the selected rows; NaN where there is no mean, minimum or maximum. If a selection
   * cuts a coarse row, counts and sums take the share of the codes selected, extremes the whole row.
   * @param {Selection | null} selection
   * @param {Float64Array} out of length `cells`
   * @returns {Float64Array} out
   */
  sliceInto(selection, out) {
    this.#selectRows(selection);
    const places = this.#keptCells;
    return places ? unpackCells(this.#computeMeasure(this.#packed), places, this.#traits.emptyValue, out) : this.#computeMeasure(out);
  }

  /**
   * Adds a delta of new rows to the cube, once.
   * @param {FrameView} delta
   * @returns {boolean} whether it could; if not, nothing has changed, and the cube must be fetched again
   */
  appendDelta({ places, values, total }) {
    const { count, sum, rest } = values;
    if (total === this.total) return true;
    if (!places || (this.#fitsUint32 && total >= UINT32_RANGE)) return false;
    const own = this.#toKeptPlaces(places);
    const cells = this.#keptCells ? this.#keptCells.length : this.cellCount;
    if (sum && !this.#valueSums?.tryAppend(own, sum, rest)) return false;
    this.#countSums.appendValues(own, count, cells);
    const extremes = this.#getExtremes(values);
    if (extremes) this.#extremeTree?.appendValues(own, extremes, this.#extremeSign);
    this.total = total;
    return true;
  }

  /** Maps places to those among the stored cells; if one of them isn't stored, all cells are stored from now on. @param {Uint32Array} places */
  #toKeptPlaces(places) {
    const kept = this.#keptCells;
    const own = kept && mapToPacked(places, this.cellCount, kept);
    if (kept === null || own) return own ?? places;
    this.#keptCells = null;
    for (const part of [this.#countSums, this.#valueSums, this.#extremeTree]) part?.unpackCells(this.cellCount, kept);
    if (this.#traits.cubeArray) this.#counts = new Float64Array(this.cellCount);
    return places;
  }

  /** The minima or maxima of a cube that has them, else null. @param {FrameView["values"]} values */
  #getExtremes(values) {
    const { cubeArray } = this.#traits;
    return cubeArray === "low" || cubeArray === "high" ? values[cubeArray] : null;
  }

  /** Maxima are kept with the sign changed, as minima. */
  get #extremeSign() {
    return this.#traits.cubeArray === "high" ? -1 : 1;
  }

  /** @param {...(Numbers | null)} parts of the cube @returns {(Numbers | null)[]} these parts, for the stored cells */
  #packKept(...parts) {
    const places = this.#keptCells;
    return parts.map((part) => (part && places ? packCells(part, this.cellCount, places) : part));
  }

  /** @param {Float64Array} out one number per stored cell */
  #computeMeasure(out) {
    if (!this.#traits.cubeArray) return this.#countSums.sumRuns(this.#yRuns, this.#xRuns, out);
    const counts = this.#countSums.sumRuns(this.#yRuns, this.#xRuns, this.#counts);
    if (this.#valueSums) return this.#toMeans(this.#valueSums.sumRuns(this.#yRuns, this.#xRuns, out), counts);
    return this.#findExtremes(out, counts);
  }

  /**
   * Whether the slice of this selection is exact: it cuts no coarse row.
   * @param {Selection | null} selection
   */
  isExact(selection) {
    if (this.#exact) return true;
    this.#selectRows(selection);
    return this.#xRuns.isWhole && (this.#yRuns === null || this.#yRuns.isWhole);
  }

  /** @param {Selection | null} selection */
  #selectRows(selection) {
    const xs = this.#xRuns;
    if (selection === null || !this.#followsActive) {
      xs.selectAll();
      this.#yRuns?.selectAll();
      return;
    }
    xs.clearRuns();
    if (selection.type === "members") xs.addMembers(selection.codes);
    else if (selection.type === "interval") addInterval(xs, selection);
    else addBox(/** @type {RowRuns} */ (this.#yRuns), xs, selection);
  }

  /** @param {Float64Array} sums overwritten with the result @param {Float64Array} counts */
  #toMeans(sums, counts) {
    if (this.#traits.isMean) for (let i = 0; i < sums.length; i++) sums[i] /= counts[i];
    return sums;
  }

  /** @param {Float64Array} out @param {Float64Array} counts */
  #findExtremes(out, counts) {
    const sign = this.#extremeSign;
    /** @type {MinTree} */ (this.#extremeTree).findMinima(this.#yRuns, this.#xRuns, out);
    for (let i = 0; i < out.length; i++) out[i] = counts[i] === 0 ? NaN : sign * out[i];
    return out;
  }
}

/**
 * @param {FrameView} view one that depends on its active view
 * @returns {[RowRuns|null, RowRuns]} along y (null for a one-dimensional active view) and along x
 */
function createRuns({ active, rows }) {
  const shape = /** @type {number[]} */ (active);
  if (shape.length === 1) return [null, new RowRuns(shape[0], /** @type {Uint16Array|null} */ (rows))];
  const grid = /** @type {{x:Uint16Array, y:Uint16Array}|null} */ (rows);
  return [new RowRuns(shape[0], grid && grid.y), new RowRuns(shape[1], grid && grid.x)];
}

/** @param {RowRuns} runs @param {import("../../charts/types.js").IntervalSelection} interval */
function addInterval(runs, { from, to, nulls }) {
  const none = runs.codeCount - 1;
  runs.addRange(from, to);
  if (nulls) runs.addRange(Math.max(to, none), none + 1);
}

/** @param {RowRuns} ys @param {RowRuns} xs @param {import("../../charts/types.js").BoxSelection} box */
function addBox(ys, xs, { x, y }) {
  ys.clearRuns();
  ys.addRange(y.from, y.to);
  xs.addRange(x.from, x.to);
}
