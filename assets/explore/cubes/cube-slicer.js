// One view's cube made ready for brushing: built once when the cube arrives, sliced in every frame of a drag.
import { Minima } from "./min-tree.js";
import { among, heldCells, pack, unpack } from "./sparse-cells.js";
import { Spans } from "./row-runs.js";
import { Sums } from "./prefix-sums.js";

/** @typedef {import("./frame-decoder.js").FrameView} FrameView */
/** @typedef {import("./frame-decoder.js").Numbers} Numbers */
/** @typedef {import("./row-runs.js").Selection} Selection */

const TOO_MANY = 2 ** 32;

export class Table {
  #aggregate;
  #exact;
  /** Whether the cube follows the active view at all; the active view's own and plain histograms do not. */
  #follows;
  /** Spans along y, for a two-dimensional active view. */
  #ys;
  #xs;
  #count;
  #sum;
  #extremes;
  #counts;
  /** The places of the cells kept, and room for their numbers; null: all are kept. */
  #places;
  #packed;
  /** Whether the counts fit 32 bits. */
  #small;
  /** @param {FrameView} view */
  constructor(view) {
    /** The rows of the dataset when the cube was as this is. */
    this.total = view.total;
    this.cells = view.shape.slice(1).reduce((product, size) => product * size, 1);
    this.#aggregate = view.measure.aggregate;
    this.#exact = view.exact;
    this.engine = view.engine ?? "";
    this.#follows = view.active !== null && view.shape[0] > 1;
    const [ys, xs] = this.#follows ? spansOf(view) : [null, new Spans(1, null)];
    this.#ys = ys;
    this.#xs = xs;
    const { low } = view.values;
    this.#places = heldCells(view.values.count, this.cells);
    this.#packed = new Float64Array(this.#places ? this.#places.length : 0);
    const kept = this.#places ? this.#places.length : this.cells;
    const [count, sum, extremes] = this.#keep(view.values.count, view.values.sum, low ?? view.values.high);
    const ny = ys && ys.size;
    this.#small = view.total < TOO_MANY;
    this.#count = new Sums(/** @type {Numbers} */ (count), ny, xs.size, kept, this.#small);
    this.#sum = sum && new Sums(sum, ny, xs.size, kept, false);
    this.#extremes = extremes && new Minima(/** @type {Float64Array} */ (extremes), ny ?? 1, xs.size, kept, low ? 1 : -1);
    this.#counts = new Float64Array(this.#aggregate === "count" ? 0 : kept);
  }

  /**
   * The measure in every cell over the selected rows; NaN where there is nothing to take a mean, minimum or maximum of.
   * Of coarse rows that a selection cuts, counts and sums take the part of the codes selected, extremes the whole.
   * @param {Selection} selection
   * @param {Float64Array} out of length `cells`
   * @returns {Float64Array} out
   */
  slice(selection, out) {
    this.#select(selection);
    const places = this.#places;
    return places ? unpack(this.#measure(this.#packed), places, this.#nothing, out) : this.#measure(out);
  }

  /**
   * Takes in what new rows add to the cube, once.
   * @param {FrameView} delta
   * @returns {boolean} whether it could; if not, nothing has changed, and the cube is to be fetched anew
   */
  grow({ places, values: { count, sum, low, high }, total }) {
    if (total === this.total) return true;
    if (!places || (this.#small && total >= TOO_MANY) || (sum && !this.#sum?.takes(sum))) return false;
    const own = this.#own(places);
    const cells = this.#places ? this.#places.length : this.cells;
    this.#count.grow(own, count, cells);
    if (sum) this.#sum?.grow(own, sum, cells);
    const extremes = low ?? high;
    if (extremes) this.#extremes?.grow(own, extremes, low ? 1 : -1);
    this.total = total;
    return true;
  }

  /** The places of cells among those kept; what was left out is kept from now on where rows have come in. @param {Uint32Array} places */
  #own(places) {
    const kept = this.#places;
    const own = kept && among(places, this.cells, kept);
    if (kept === null || own) return own ?? places;
    this.#places = null;
    for (const part of [this.#count, this.#sum, this.#extremes]) part?.spread(this.cells, kept);
    if (this.#aggregate !== "count") this.#counts = new Float64Array(this.cells);
    return places;
  }

  /** What a cell shows that no row is in. */
  get #nothing() {
    return this.#aggregate === "count" || this.#aggregate === "sum" ? 0 : NaN;
  }

  /** @param {...(Numbers | null)} parts of the cube @returns {(Numbers | null)[]} the same of the cells kept */
  #keep(...parts) {
    const places = this.#places;
    return parts.map((part) => (part && places ? pack(part, this.cells, places) : part));
  }

  /** @param {Float64Array} out one number a cell kept */
  #measure(out) {
    if (this.#aggregate === "count") return this.#count.add(this.#ys, this.#xs, out);
    const counts = this.#count.add(this.#ys, this.#xs, this.#counts);
    if (this.#sum) return this.#average(this.#sum.add(this.#ys, this.#xs, out), counts);
    return this.#reach(out, counts);
  }

  /**
   * Whether a slice of this selection is the true answer: it cuts no coarse row.
   * @param {Selection} selection
   */
  isExact(selection) {
    if (this.#exact) return true;
    this.#select(selection);
    return this.#xs.whole && (this.#ys === null || this.#ys.whole);
  }

  /** @param {Selection} selection */
  #select(selection) {
    const xs = this.#xs;
    if (selection === null || !this.#follows) {
      xs.all();
      this.#ys?.all();
      return;
    }
    xs.clear();
    if (selection.type === "members") xs.takeMembers(selection.codes);
    else if (selection.type === "interval") takeInterval(xs, selection);
    else takeBox(/** @type {Spans} */ (this.#ys), xs, selection);
  }

  /** @param {Float64Array} sums becomes what is shown @param {Float64Array} counts */
  #average(sums, counts) {
    if (this.#aggregate === "mean") for (let i = 0; i < sums.length; i++) sums[i] /= counts[i];
    return sums;
  }

  /** @param {Float64Array} out @param {Float64Array} counts */
  #reach(out, counts) {
    const sign = this.#aggregate === "max" ? -1 : 1;
    /** @type {Minima} */ (this.#extremes).reach(this.#ys, this.#xs, out);
    for (let i = 0; i < out.length; i++) out[i] = counts[i] === 0 ? NaN : sign * out[i];
    return out;
  }
}

/**
 * @param {FrameView} view one that follows its active view
 * @returns {[Spans|null, Spans]} along y (null for a one-dimensional active view) and along x
 */
function spansOf({ active, rows }) {
  const shape = /** @type {number[]} */ (active);
  if (shape.length === 1) return [null, new Spans(shape[0], /** @type {Uint16Array|null} */ (rows))];
  const grid = /** @type {{x:Uint16Array, y:Uint16Array}|null} */ (rows);
  return [new Spans(shape[0], grid && grid.y), new Spans(shape[1], grid && grid.x)];
}

/** @param {Spans} spans @param {import("./row-runs.js").Interval} interval */
function takeInterval(spans, { from, to, nulls }) {
  const none = spans.codes - 1;
  spans.take(from, to);
  if (nulls) spans.take(Math.max(to, none), none + 1);
}

/** @param {Spans} ys @param {Spans} xs @param {import("./row-runs.js").Box} box */
function takeBox(ys, xs, { x, y }) {
  ys.clear();
  ys.take(y.from, y.to);
  xs.take(x.from, x.to);
}
