// Decodes cube frames as described in docs/wire.md. Typed arrays are views on the buffer: nothing is copied.

/** @import { CubeAxis } from "../types.js" */
/** @import { Measure } from "../../charts/types.js" */
/** @typedef {{dtype:"u1"|"u2"|"u4"|"f8", offset:number, length:number}} ArrayRef */
/** @typedef {Uint8Array|Uint16Array|Uint32Array|Float64Array} NumberArray */
/** `rest` is what rounding has left out of the sums, if anything.
 * @typedef {{count:NumberArray, sum:Float64Array|null, rest:Float64Array|null, low:Float64Array|null, high:Float64Array|null}} CubeValues */
/** The cube row of each fine active code; for a two-dimensional active view, the grid bin of each bin.
 * @typedef {Uint16Array|{x:Uint16Array, y:Uint16Array}} CubeRows */
/**
 * One view's cube. `shape` is [cube rows, ...cells per axis, the y axis first]; `axes` are in column order.
 * `active` is the active view's shape and `total` the rows of the dataset, the same for the whole frame. A delta has the
 * values of some cells only, whose `places` ascend; null: of all. `engine` computed it, if not the default one.
 * @typedef {{id:string, shape:number[], exact:boolean, rows:CubeRows|null, grid:[number, number]|null, axes:CubeAxis[],
 *   measure:Measure, engine?:string, places:Uint32Array|null, values:CubeValues, active:number[]|null, total:number}} FrameView
 */
/** @typedef {{version:string, rows:number, active:{id:string, shape:number[]}|null,
 *   views:Map<string, FrameView>}} CubeFrame */

/** The first bytes of a frame; another format has others. */
export const FRAME_MAGIC = "DXC1";
const ARRAY_TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };

/**
 * @param {ArrayBuffer} buffer a whole frame, not compressed
 * @returns {CubeFrame}
 * @throws {Error} the bytes are not a frame, or not a complete one
 */
export function decodeFrame(buffer) {
  const { header, body } = splitFrame(buffer);
  const active = header.active;
  const views = header.views.map((/** @type {any} */ view) => readView(view, body, active?.shape ?? null, header.rows));
  return {
    version: header.version,
    rows: header.rows,
    active,
    views: new Map(views.map((/** @type {FrameView} */ view) => [view.id, view])),
  };
}

/** @typedef {{buffer:ArrayBuffer, start:number}} FrameBody */

/** @param {ArrayBuffer} buffer */
function splitFrame(buffer) {
  const bytes = new Uint8Array(buffer);
  if (bytes.length < 8 || String.fromCharCode(...bytes.subarray(0, 4)) !== FRAME_MAGIC) throw new Error("Not a cube frame.");
  const start = 8 + new DataView(buffer).getUint32(4, true);
  if (start > bytes.length) throw new Error("The header of the cube frame is truncated.");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  return { header, body: { buffer, start } };
}

/**
 * @param {any} view
 * @param {FrameBody} body
 * @param {number[]|null} active
 * @param {number} total
 * @returns {FrameView}
 */
function readView(view, body, active, total) {
  return {
    ...view,
    rows: readRows(view.rows, body),
    axes: view.axes.map((/** @type {any} */ axis) => readAxis(axis, body)),
    places: view.places ? /** @type {Uint32Array} */ (readNumbers(view.places, body)) : null,
    values: readValues(view.values, body),
    active,
    total,
  };
}

/**
 * @param {ArrayRef|{x:ArrayRef, y:ArrayRef}|null} rows
 * @param {FrameBody} body
 * @returns {CubeRows|null}
 */
function readRows(rows, body) {
  if (rows === null) return null;
  if ("x" in rows) return { x: readCodes(rows.x, body), y: readCodes(rows.y, body) };
  return readCodes(rows, body);
}

/**
 * @param {any} axis
 * @param {FrameBody} body
 * @returns {CubeAxis}
 */
function readAxis(axis, body) {
  return { ...axis, edges: axis.edges && readFloats(axis.edges, body), lookup: readCodes(axis.lookup, body) };
}

/**
 * @param {{count:ArrayRef, sum?:ArrayRef, rest?:ArrayRef, low?:ArrayRef, high?:ArrayRef}} values
 * @param {FrameBody} body
 * @returns {CubeValues}
 */
function readValues({ count, sum, rest, low, high }, body) {
  return {
    count: readNumbers(count, body),
    sum: sum ? readFloats(sum, body) : null,
    rest: rest ? readFloats(rest, body) : null,
    low: low ? readFloats(low, body) : null,
    high: high ? readFloats(high, body) : null,
  };
}

/**
 * @param {ArrayRef} ref
 * @param {FrameBody} body
 * @returns {NumberArray}
 */
function readNumbers({ dtype, offset, length }, { buffer, start }) {
  const kind = ARRAY_TYPES[dtype];
  if (!kind) throw new Error(`The cube frame has an unknown number type: ${dtype}.`);
  if (start + offset + length * kind.BYTES_PER_ELEMENT > buffer.byteLength) throw new Error("The cube frame is truncated.");
  return new kind(buffer, start + offset, length);
}

/** @param {ArrayRef} ref @param {FrameBody} body */
function readCodes(ref, body) {
  return /** @type {Uint16Array} */ (readNumbers(ref, body));
}

/** @param {ArrayRef} ref @param {FrameBody} body */
function readFloats(ref, body) {
  return /** @type {Float64Array} */ (readNumbers(ref, body));
}
