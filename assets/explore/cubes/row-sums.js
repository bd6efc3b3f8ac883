// Sums over a cube's rows, added up anew for each selection and without losing a digit: each addition's rounding error
// is added up as well. Slower than differences of prefix sums, which lose small values beside large ones.

import { unpackCube } from "./sparse-cells.js";

/** @typedef {import("./row-runs.js").RowRuns} RowRuns */
/** @typedef {import("./frame-decoder.js").NumberArray} Numbers */

/**
 * What rounding leaves out of `a + b`. @param {number} a @param {number} b @param {number} sum rounded
 * @returns {number} 0 where a sum isn't finite
 */
function findRoundingError(a, b, sum) {
  const rounded = sum - a;
  const error = a - (sum - rounded) + (b - rounded);
  return Number.isFinite(error) ? error : 0;
}

/** Sums over any selection of a cube's rows, for cubes of any values. */
export class RowSums {
  #values;
  #rests;
  /** What rounding has left out of each cell's sum. */
  #errors;

  /**
   * @param {Numbers} values [rows x cells]
   * @param {Numbers|null} rests what each value lacks to be exact; null: nothing
   * @param {number} cells
   */
  constructor(values, rests, cells) {
    this.#values = Float64Array.from(values);
    this.#rests = rests ? Float64Array.from(rests) : new Float64Array(values.length);
    this.#errors = new Float64Array(cells);
  }

  /**
   * Adds values to some cells of the cube.
   * @param {Uint32Array} places of the cells @param {Numbers} values one per place @param {Numbers|null} rests
   * @returns {true} all values can be added
   */
  tryAppend(places, values, rests) {
    for (let i = 0; i < places.length; i++) {
      const before = this.#values[places[i]];
      const sum = before + values[i];
      this.#values[places[i]] = sum;
      this.#rests[places[i]] += findRoundingError(before, values[i], sum) + (rests ? rests[i] : 0);
    }
    return true;
  }

  /** Adds the cells that were left out. @param {number} cells @param {Uint32Array} places */
  unpackCells(cells, places) {
    this.#values = unpackCube(this.#values, cells, places, 0);
    this.#rests = unpackCube(this.#rests, cells, places, 0);
    this.#errors = new Float64Array(cells);
  }

  /**
   * @param {RowRuns|null} ys null for a one-dimensional active view
   * @param {RowRuns} xs
   * @param {Float64Array} out one sum per cell
   */
  sumRuns(ys, xs, out) {
    out.fill(0);
    this.#errors.fill(0);
    if (ys === null) this.#addLine(0, 1, xs, out);
    else
      for (let t = 0; t < ys.length; t++)
        for (let y = ys.from[t]; y < ys.to[t]; y++) this.#addLine(y * xs.rowCount, ys.weight[t], xs, out);
    for (let i = 0; i < out.length; i++) out[i] += this.#errors[i];
    return out;
  }

  /** @param {number} line @param {number} share of the line that is selected @param {RowRuns} xs @param {Float64Array} out */
  #addLine(line, share, xs, out) {
    for (let s = 0; s < xs.length; s++)
      for (let x = xs.from[s]; x < xs.to[s]; x++) this.#addRow((line + x) * out.length, share * xs.weight[s], out);
  }

  /** @param {number} start of the row @param {number} share of the row that is selected @param {Float64Array} out */
  #addRow(start, share, out) {
    const values = this.#values;
    const rests = this.#rests;
    const errors = this.#errors;
    for (let i = 0; i < out.length; i++) {
      const value = share * values[start + i];
      const sum = out[i] + value;
      errors[i] += findRoundingError(out[i], value, sum) + share * rests[start + i];
      out[i] = sum;
    }
  }
}
