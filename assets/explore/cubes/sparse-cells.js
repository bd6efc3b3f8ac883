// Most cells of a density can be empty in every row of its cube, as on a map of airports. Such cubes are packed: they
// keep the other cells only, side by side.

/** @typedef {import("./frame-decoder.js").NumberArray} Numbers */

/**
 * The cells that are non-empty in at least one cube row; null if most are, as packing would not pay.
 * @param {Numbers} count [rows x cells]
 * @param {number} cells
 */
export function findUsedCells(count, cells) {
  const held = new Uint8Array(cells);
  for (let row = 0; row < count.length; row += cells)
    for (let cell = 0; cell < cells; cell++) if (count[row + cell] !== 0) held[cell] = 1;
  const places = Uint32Array.from(held.keys()).filter((cell) => held[cell]);
  return 2 * places.length <= cells ? places : null;
}

/**
 * @template {Numbers} Values
 * @param {Values} values [rows x cells]
 * @param {number} cells
 * @param {Uint32Array} places of the cells to keep
 * @returns {Values} [rows x places]
 */
export function packCells(values, cells, places) {
  const rows = cells ? values.length / cells : 0;
  const packed = new /** @type {new (length: number) => Values} */ (values.constructor)(rows * places.length);
  for (let row = 0, k = 0; row < rows; row++)
    for (let i = 0; i < places.length; i++) packed[k++] = values[row * cells + places[i]];
  return packed;
}

/**
 * @param {Float64Array} packed one number per place
 * @param {Uint32Array} places
 * @param {number} empty value of the other cells
 * @param {Float64Array} out one number per cell
 */
export function unpackCells(packed, places, empty, out) {
  out.fill(empty);
  for (let i = 0; i < places.length; i++) out[places[i]] = packed[i];
  return out;
}

/**
 * Maps places in a cube to places in the packed one; null if some of these cells were left out.
 * @param {Uint32Array} cube places in [rows x cells]
 * @param {number} cells
 * @param {Uint32Array} places of the cells kept
 */
export function mapToPacked(cube, cells, places) {
  const order = new Int32Array(cells).fill(-1);
  places.forEach((cell, index) => (order[cell] = index));
  if (cube.some((place) => order[place % cells] < 0)) return null;
  return cube.map((place) => Math.floor(place / cells) * places.length + order[place % cells]);
}

/**
 * The inverse of `packCells`.
 * @template {Numbers} Values
 * @param {Values} packed [rows x places]
 * @param {number} cells
 * @param {Uint32Array} places
 * @param {number} empty value of the other cells
 * @returns {Values} [rows x cells]
 */
export function unpackCube(packed, cells, places, empty) {
  const rows = packed.length / places.length;
  const values = new /** @type {new (length: number) => Values} */ (packed.constructor)(rows * cells);
  if (empty !== 0) values.fill(empty);
  for (let row = 0, k = 0; row < rows; row++)
    for (let i = 0; i < places.length; i++) values[row * cells + places[i]] = packed[k++];
  return values;
}
