// Additive cubes, cumulated once so that any selection is a difference of a few rows: prefix sums along one active
// axis, summed areas over two. Unsigned 32-bit differences stay right when everything together stays below 2^32; those of
// floats lose what is small beside the sum of everything (value-sums.js).

import { appendToSummedAreas, appendToPrefixSums } from "./append-sums.js";
import { unpackCube } from "./sparse-cells.js";

/** @typedef {import("./row-runs.js").RowRuns} RowRuns */
/** @typedef {Uint32Array|Float64Array} SumTable */
/** @typedef {import("./frame-decoder.js").NumberArray} Numbers */

/** Sums over any selection of a cube's rows, with both directions of an active density or one of a single axis. */
export class PrefixSums {
  #table;
  #ny;
  #nx;

  /**
   * @param {Numbers} values [ny x nx x cells]
   * @param {number|null} ny null for a one-dimensional active view
   * @param {number} nx
   * @param {number} cells
   * @param {boolean} small every sum fits 32 bits
   */
  constructor(values, ny, nx, cells, small) {
    this.#table = ny === null ? buildPrefixSums(values, cells, small) : buildSummedAreas(values, ny, nx, cells, small);
    this.#ny = ny;
    this.#nx = nx;
  }

  /**
   * Adds values to some cells of the cube.
   * @param {Uint32Array} places of the cells, ascending @param {Numbers} values one per place @param {number} cells of a row
   */
  appendValues(places, values, cells) {
    if (this.#ny === null) appendToPrefixSums(this.#table, places, values, cells);
    else appendToSummedAreas(this.#table, places, values, this.#ny, this.#nx, cells);
  }

  /** Adds the cells that were left out. @param {number} cells @param {Uint32Array} places */
  unpackCells(cells, places) {
    this.#table = unpackCube(this.#table, cells, places, 0);
  }

  /**
   * @param {RowRuns|null} ys null for a one-dimensional active view
   * @param {RowRuns} xs
   * @param {Float64Array} out one sum per cell
   */
  sumRuns(ys, xs, out) {
    if (ys === null) sumFromPrefixes(this.#table, xs, out);
    else sumFromAreas(this.#table, ys, xs, out);
    return out;
  }
}

/**
 * Prefix sums: row r holds the sum of the cube's rows before r.
 * @param {Numbers} values [rows x cells]
 * @param {number} cells
 * @param {boolean} small every sum fits 32 bits
 * @returns {SumTable} [(rows + 1) x cells]
 */
function buildPrefixSums(values, cells, small) {
  const table = small ? new Uint32Array(values.length + cells) : new Float64Array(values.length + cells);
  table.set(values, cells);
  for (let k = 2 * cells; k < table.length; k++) table[k] += table[k - cells];
  return table;
}

/**
 * Summed areas: [y][x] holds the sum of the cube's rows above y and left of x.
 * @param {Numbers} values [ny x nx x cells]
 * @param {number} ny
 * @param {number} nx
 * @param {number} cells
 * @param {boolean} small every sum fits 32 bits
 * @returns {SumTable} [(ny + 1) x (nx + 1) x cells]
 */
function buildSummedAreas(values, ny, nx, cells, small) {
  const width = (nx + 1) * cells;
  const table = small ? new Uint32Array((ny + 1) * width) : new Float64Array((ny + 1) * width);
  for (let y = 0; y < ny; y++) {
    const line = (y + 1) * width;
    table.set(values.subarray(y * nx * cells, (y + 1) * nx * cells), line + cells);
    for (let k = line + cells; k < line + width; k++) table[k] += table[k - cells];
    for (let k = line + cells; k < line + width; k++) table[k] += table[k - width];
  }
  return table;
}

/**
 * @param {SumTable} table from buildPrefixSums
 * @param {RowRuns} runs
 * @param {Float64Array} out one sum per cell
 */
function sumFromPrefixes(table, runs, out) {
  const cells = out.length;
  if (runs.length === 0) out.fill(0);
  for (let s = 0; s < runs.length; s++) {
    const a = runs.from[s] * cells;
    const b = runs.to[s] * cells;
    const part = runs.weight[s];
    if (s === 0) for (let i = 0; i < cells; i++) out[i] = part * (table[b + i] - table[a + i]);
    else for (let i = 0; i < cells; i++) out[i] += part * (table[b + i] - table[a + i]);
  }
}

/**
 * @param {SumTable} table from buildSummedAreas
 * @param {RowRuns} ys
 * @param {RowRuns} xs
 * @param {Float64Array} out one sum per cell
 */
function sumFromAreas(table, ys, xs, out) {
  const cells = out.length;
  const width = (xs.rowCount + 1) * cells;
  out.fill(0);
  for (let t = 0; t < ys.length; t++)
    for (let s = 0; s < xs.length; s++) {
      const part = ys.weight[t] * xs.weight[s];
      const a = ys.from[t] * width + xs.from[s] * cells;
      const b = ys.from[t] * width + xs.to[s] * cells;
      const c = ys.to[t] * width + xs.from[s] * cells;
      const d = ys.to[t] * width + xs.to[s] * cells;
      for (let i = 0; i < cells; i++) out[i] += part * (table[d + i] - table[c + i] - (table[b + i] - table[a + i]));
    }
}
