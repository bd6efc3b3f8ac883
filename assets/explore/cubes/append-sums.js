// Cumulated cubes that take in new rows where they stand: each cell that is touched is added to all rows behind it, and
// the others are left alone.

/** @typedef {import("./prefix-sums.js").Table} Table */
/** @typedef {import("./frame-decoder.js").Numbers} Numbers */

/** Of fewer cells than one in so many, going from one to the next beats going through all. */
const FEW = 4;

/** What has been added along one direction so far, cell by cell, and to which cells. */
class Running {
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
 * @param {Numbers} values one a place
 * @param {number} cells
 */
export function growSums(table, places, values, cells) {
  if (!places.length) return;
  const running = new Running(cells);
  const { sums, touched } = running;
  for (let row = Math.floor(places[0] / cells), k = 0, at = row * cells + cells; at < table.length; row++, at += cells) {
    for (; places[k] < at; k++) running.add(places[k] - row * cells, values[k]);
    if (FEW * running.length > cells) for (let cell = 0; cell < cells; cell++) table[at + cell] += sums[cell];
    else for (let i = 0; i < running.length; i++) table[at + touched[i]] += sums[touched[i]];
  }
}

/**
 * @param {Table} table summed areas, [(ny + 1) x (nx + 1) x cells]
 * @param {Uint32Array} places of cells of the cube, ascending
 * @param {Numbers} values one a place
 * @param {number} ny
 * @param {number} nx
 * @param {number} cells
 */
export function growAreas(table, places, values, ny, nx, cells) {
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
