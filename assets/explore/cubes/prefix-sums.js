// Additive cubes, cumulated once so that any selection is a difference of few rows: prefix sums along one active
// axis, summed areas over two. Unsigned 32-bit differences stay right when everything together stays below 2^32.

import { growAreas, growSums } from "./append-sums.js";
import { spread } from "./sparse-cells.js";

/** @typedef {import("./row-runs.js").Spans} Spans */
/** @typedef {Uint32Array|Float64Array} Table */
/** @typedef {import("./frame-decoder.js").Numbers} Numbers */

/** Sums over any selection of a cube's rows, with both directions of an active density or one of a single axis. */
export class Sums {
  #table;
  /** The cube itself, where it holds infinities: beyond one, a difference of sums is no longer a number. */
  #values;
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
    this.#table = ny === null ? prefixSums(values, cells, small) : summedAreas(values, ny, nx, cells, small);
    this.#values = small || allFinite(this.#table.subarray(-cells)) ? null : values;
    this.#ny = ny;
    this.#nx = nx;
  }

  /** Whether these can be added: what holds infinities is not summed up. @param {Numbers} values */
  takes(values) {
    return this.#values === null && allFinite(values);
  }

  /**
   * Adds to some cells of the cube.
   * @param {Uint32Array} places of the cells, ascending @param {Numbers} values one a place @param {number} cells of a row
   */
  grow(places, values, cells) {
    if (this.#ny === null) growSums(this.#table, places, values, cells);
    else growAreas(this.#table, places, values, this.#ny, this.#nx, cells);
  }

  /** Room for the cells that were left out. @param {number} cells @param {Uint32Array} places */
  spread(cells, places) {
    this.#table = spread(this.#table, cells, places, 0);
  }

  /**
   * @param {Spans|null} ys null for a one-dimensional active view
   * @param {Spans} xs
   * @param {Float64Array} out one sum a cell
   */
  add(ys, xs, out) {
    if (this.#values) addRows(this.#values, ys, xs, out);
    else if (ys === null) addSpans(this.#table, xs, out);
    else addAreas(this.#table, ys, xs, out);
    return out;
  }
}

/** @param {Table | Numbers} numbers */
function allFinite(numbers) {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

/**
 * Prefix sums: row r holds the sum of the cube's rows before r.
 * @param {Numbers} values [rows x cells]
 * @param {number} cells
 * @param {boolean} small every sum fits 32 bits
 * @returns {Table} [(rows + 1) x cells]
 */
function prefixSums(values, cells, small) {
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
 * @returns {Table} [(ny + 1) x (nx + 1) x cells]
 */
function summedAreas(values, ny, nx, cells, small) {
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
 * @param {Table} table from prefixSums
 * @param {Spans} spans
 * @param {Float64Array} out one sum a cell
 */
function addSpans(table, spans, out) {
  const cells = out.length;
  if (spans.length === 0) out.fill(0);
  for (let s = 0; s < spans.length; s++) {
    const a = spans.from[s] * cells;
    const b = spans.to[s] * cells;
    const part = spans.part[s];
    if (s === 0) for (let i = 0; i < cells; i++) out[i] = part * (table[b + i] - table[a + i]);
    else for (let i = 0; i < cells; i++) out[i] += part * (table[b + i] - table[a + i]);
  }
}

/**
 * @param {Table} table from summedAreas
 * @param {Spans} ys
 * @param {Spans} xs
 * @param {Float64Array} out one sum a cell
 */
function addAreas(table, ys, xs, out) {
  const cells = out.length;
  const width = (xs.size + 1) * cells;
  out.fill(0);
  for (let t = 0; t < ys.length; t++)
    for (let s = 0; s < xs.length; s++) {
      const part = ys.part[t] * xs.part[s];
      const a = ys.from[t] * width + xs.from[s] * cells;
      const b = ys.from[t] * width + xs.to[s] * cells;
      const c = ys.to[t] * width + xs.from[s] * cells;
      const d = ys.to[t] * width + xs.to[s] * cells;
      for (let i = 0; i < cells; i++) out[i] += part * (table[d + i] - table[c + i] - (table[b + i] - table[a + i]));
    }
}

/**
 * @param {Numbers} values the cube
 * @param {Spans|null} ys
 * @param {Spans} xs
 * @param {Float64Array} out one sum a cell
 */
function addRows(values, ys, xs, out) {
  out.fill(0);
  if (ys === null) return addLine(values, 0, 1, xs, out);
  for (let t = 0; t < ys.length; t++)
    for (let y = ys.from[t]; y < ys.to[t]; y++) addLine(values, y * xs.size, ys.part[t], xs, out);
}

/** @param {Numbers} values @param {number} line @param {number} share @param {Spans} xs @param {Float64Array} out */
function addLine(values, line, share, xs, out) {
  for (let s = 0; s < xs.length; s++)
    for (let x = xs.from[s]; x < xs.to[s]; x++) {
      const row = (line + x) * out.length;
      for (let i = 0; i < out.length; i++) out[i] += share * xs.part[s] * values[row + i];
    }
}
