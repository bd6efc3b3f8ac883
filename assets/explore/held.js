// Most cells of a density can be empty in every row of its cube, as on a map of airports. What every frame reads then
// holds the others only, packed side by side.

/** @typedef {import("./wire.js").Numbers} Numbers */

/**
 * The cells that hold something in some row; null where most do, and packing would not pay.
 * @param {Numbers} count [rows x cells]
 * @param {number} cells
 */
export function heldCells(count, cells) {
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
export function pack(values, cells, places) {
  const rows = cells ? values.length / cells : 0;
  const packed = new /** @type {new (length: number) => Values} */ (values.constructor)(rows * places.length);
  for (let row = 0, k = 0; row < rows; row++)
    for (let i = 0; i < places.length; i++) packed[k++] = values[row * cells + places[i]];
  return packed;
}

/**
 * @param {Float64Array} packed one number a place
 * @param {Uint32Array} places
 * @param {number} empty what the other cells show
 * @param {Float64Array} out one number a cell
 */
export function unpack(packed, places, empty, out) {
  out.fill(empty);
  for (let i = 0; i < places.length; i++) out[places[i]] = packed[i];
  return out;
}
