// Appends new rows to prefix sums in place: each changed cell is added to all sums after it, the others are left alone.

/** @typedef {import("./prefix-sums.js").SumTable} Table */
/** @typedef {import("./frame-decoder.js").NumberArray} Numbers */

/** With fewer changed cells than one in this many, visiting those alone is faster than visiting all. */
const SPARSE_RATIO = 4;

/** Running totals of what has been added along one direction, and for which cells. */
class RunningSums {
  #marks;

  /** @param {number} size */
  constructor(size) {
    this.sums = new Float64Array(size);
    this.touched = new Uint32Array(size);
    this.length = 0;
    this.#marks = new Uint8Array(size);
  }

  /** @param {number} cell @param {number} value */
  add(cell, value) {
    if (!this.#marks[cell]) this.touched[this.length++] = cell;
    this.#marks[cell] = 1;
    this.sums[cell] += value;
  }
}

/**
 * @param {Table} table prefix sums, [(rows + 1) x cells]
 * @param {Uint32Array} places of cells of the cube, ascending
 * @param {Numbers} values one per place
 * @param {number} cells
 */
export function appendToPrefixSums(table, places, values, cells) {
  if (!places.length) return;
  const running = new RunningSums(cells);
  const { sums, touched } = running;
  for (let row = Math.floor(places[0] / cells), k = 0, at = row * cells + cells; at < table.length; row++, at += cells) {
    for (; places[k] < at; k++) running.add(places[k] - row * cells, values[k]);
    if (SPARSE_RATIO * running.length > cells) for (let cell = 0; cell < cells; cell++) table[at + cell] += sums[cell];
    else for (let i = 0; i < running.length; i++) table[at + touched[i]] += sums[touched[i]];
  }
}

/**
 * @param {Table} table summed areas, [(ny + 1) x (nx + 1) x cells]
 * @param {Uint32Array} places of cells of the cube, ascending
 * @param {Numbers} values one per place
 * @param {number} ny
 * @param {number} nx
 * @param {number} cells
 */
export function appendToSummedAreas(table, places, values, ny, nx, cells) {
  if (!places.length) return;
  const line = nx * cells;
  const lines = new Float64Array(line);
  const touched = [...new Set(Array.from(places, (place) => place % cells))];
  const running = new Float64Array(cells);
  for (let y = Math.floor(places[0] / line), k = 0; y < ny; y++) {
    for (; places[k] < (y + 1) * line; k++) lines[places[k] - y * line] += values[k];
    running.fill(0);
    for (let x = 0, at = ((y + 1) * (nx + 1) + 1) * cells; x < nx; x++, at += cells)
      for (const cell of touched) table[at + cell] += running[cell] += lines[x * cells + cell];
  }
}
