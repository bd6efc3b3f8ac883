// Sums of a measure over any selection of a cube's rows: by differences of prefix sums where these are precise.

import { PrefixSums } from "./prefix-sums.js";
import { RowSums } from "./row-sums.js";
import { unpackCube } from "./sparse-cells.js";

/** @typedef {import("./frame-decoder.js").NumberArray} Numbers */
/** @typedef {SubtractedSums | RowSums} ValueSums */

/** Sums of whole numbers up to this are exact. */
const EXACT_TOTAL = 2 ** 53;
/** So much larger than the least value may the total of fractions be: differences then keep six digits of that value. */
const TOTAL_RATIO = 2 ** 32;

/** The magnitudes of the values of each cell over all rows, from which follows how precise differences are. */
class CellMagnitudes {
  /** @param {Float64Array} totals of magnitudes @param {Float64Array} least the least magnitude that isn't 0 @param {Uint8Array} fractions whether a value isn't whole */
  constructor(totals, least, fractions) {
    this.totals = totals;
    this.least = least;
    this.fractions = fractions;
  }

  /** The magnitudes of a cube. @param {Numbers} values [rows x cells] @param {number} cells */
  static fromRows(values, cells) {
    const sum = new CellMagnitudes(new Float64Array(cells), new Float64Array(cells).fill(Infinity), new Uint8Array(cells));
    for (let row = 0; row < values.length; row += cells)
      for (let cell = 0; cell < cells; cell++) sum.#addValue(cell, values[row + cell]);
    return sum;
  }

  /** @param {number} cell @param {number} value */
  #addValue(cell, value) {
    const magnitude = Math.abs(value);
    this.totals[cell] += magnitude;
    if (magnitude < this.least[cell] && magnitude > 0) this.least[cell] = magnitude;
    if (Math.floor(magnitude) !== magnitude) this.fractions[cell] = 1;
  }

  /** Whether the differences of every cell's prefix sums are precise. */
  areClose() {
    return this.totals.every((total, cell) => total <= (this.fractions[cell] ? TOTAL_RATIO * this.least[cell] : EXACT_TOTAL));
  }

  /** The magnitudes with further values. @param {Uint32Array} places @param {Numbers} values one per place */
  withValues(places, values) {
    const sum = new CellMagnitudes(this.totals.slice(), this.least.slice(), this.fractions.slice());
    for (let i = 0; i < places.length; i++) sum.#addValue(places[i] % this.totals.length, values[i]);
    return sum;
  }

  /** The magnitudes with those of the cells that were left out. @param {number} cells @param {Uint32Array} places */
  unpackCells(cells, places) {
    const { totals, least, fractions } = this;
    return new CellMagnitudes(
      unpackCube(totals, cells, places, 0), unpackCube(least, cells, places, Infinity), unpackCube(fractions, cells, places, 0),
    );
  }
}

/** Prefix sums of values that are close enough for differences. */
class SubtractedSums {
  #sums;
  #magnitudes;

  /** @param {PrefixSums} sums @param {CellMagnitudes} magnitudes */
  constructor(sums, magnitudes) {
    this.#sums = sums;
    this.#magnitudes = magnitudes;
  }

  /**
   * Adds values to some cells of the cube, if differences stay precise.
   * @param {Uint32Array} places of the cells, ascending @param {Numbers} values one per place @param {Numbers|null} rests
   * @returns {boolean} whether it did
   */
  tryAppend(places, values, rests) {
    const magnitudes = rests ? null : this.#magnitudes.withValues(places, values);
    if (!magnitudes?.areClose()) return false;
    this.#magnitudes = magnitudes;
    this.#sums.appendValues(places, values, magnitudes.totals.length);
    return true;
  }

  /** Adds the cells that were left out. @param {number} cells @param {Uint32Array} places */
  unpackCells(cells, places) {
    this.#magnitudes = this.#magnitudes.unpackCells(cells, places);
    this.#sums.unpackCells(cells, places);
  }

  /** @param {import("./row-runs.js").RowRuns|null} ys @param {import("./row-runs.js").RowRuns} xs @param {Float64Array} out */
  sumRuns(ys, xs, out) {
    return this.#sums.sumRuns(ys, xs, out);
  }
}

/**
 * @param {Numbers} values [ny x nx x cells]
 * @param {Numbers|null} rests what each value lacks to be exact; null: nothing
 * @param {number|null} ny null for a one-dimensional active view
 * @param {number} nx
 * @param {number} cells
 * @returns {ValueSums}
 */
export function createValueSums(values, rests, ny, nx, cells) {
  const magnitudes = rests ? null : CellMagnitudes.fromRows(values, cells);
  if (!magnitudes?.areClose()) return new RowSums(values, rests, cells);
  return new SubtractedSums(new PrefixSums(values, ny, nx, cells, false), magnitudes);
}
