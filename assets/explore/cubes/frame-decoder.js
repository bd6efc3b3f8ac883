// Reads cube frames as docs/wire.md lays them out. Typed arrays are views on the buffer: nothing is copied.

/** @typedef {{dtype:"u1"|"u2"|"u4"|"f8", offset:number, length:number}} Ref */
/** @typedef {Uint8Array|Uint16Array|Uint32Array|Float64Array} Numbers */
/** @typedef {{aggregate:"count"|"sum"|"mean"|"min"|"max", column:string|null}} Measure */
/** @typedef {{column:string, label:string, type:string, integer:boolean, codes:number, edges:Float64Array|null,
 *   labels:string[]|null, lookup:Uint16Array, bins:number, choices:number[], domain:[number, number]|null}} Axis */
/** @typedef {{count:Numbers, sum:Float64Array|null, low:Float64Array|null, high:Float64Array|null}} Values */
/** Which cube row holds a fine active code; of a two-dimensional active view, which grid bin holds a bin.
 * @typedef {Uint16Array|{x:Uint16Array, y:Uint16Array}} Rows */
/**
 * One view's cube. `shape` is [cube rows, ...cells an axis, the y axis first]; `axes` are in column order.
 * `active` is the active view's shape and `total` the rows of the dataset, the same for the whole frame. A delta has the
 * values of some cells alone, whose `places` ascend; null: of all. `engine` counted it, if not the ordinary one.
 * @typedef {{id:string, shape:number[], exact:boolean, rows:Rows|null, grid:[number, number]|null, axes:Axis[],
 *   measure:Measure, engine?:string, places:Uint32Array|null, values:Values, active:number[]|null, total:number}} FrameView
 */
/** @typedef {{version:string, rows:number, active:{id:string, shape:number[]}|null,
 *   views:Map<string, FrameView>}} Frame */

/** What a frame begins with; another layout has another. */
export const MAGIC = "DXC1";
const KINDS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };

/**
 * @param {ArrayBuffer} buffer a whole frame, not compressed
 * @returns {Frame}
 * @throws {Error} the bytes are no frame, or not all of one
 */
export function decode(buffer) {
  const { header, body } = split(buffer);
  const active = header.active;
  const views = header.views.map((/** @type {any} */ view) => readView(view, body, active?.shape ?? null, header.rows));
  return {
    version: header.version,
    rows: header.rows,
    active,
    views: new Map(views.map((/** @type {FrameView} */ view) => [view.id, view])),
  };
}

/** @typedef {{buffer:ArrayBuffer, start:number}} Body */

/** @param {ArrayBuffer} buffer */
function split(buffer) {
  const bytes = new Uint8Array(buffer);
  if (bytes.length < 8 || String.fromCharCode(...bytes.subarray(0, 4)) !== MAGIC) throw new Error("This is no cube frame.");
  const start = 8 + new DataView(buffer).getUint32(4, true);
  if (start > bytes.length) throw new Error("The cube frame ends within its header.");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  return { header, body: { buffer, start } };
}

/**
 * @param {any} view
 * @param {Body} body
 * @param {number[]|null} active
 * @param {number} total
 * @returns {FrameView}
 */
function readView(view, body, active, total) {
  return {
    ...view,
    rows: readRows(view.rows, body),
    axes: view.axes.map((/** @type {any} */ axis) => readAxis(axis, body)),
    places: view.places ? /** @type {Uint32Array} */ (numbers(view.places, body)) : null,
    values: readValues(view.values, body),
    active,
    total,
  };
}

/**
 * @param {Ref|{x:Ref, y:Ref}|null} rows
 * @param {Body} body
 * @returns {Rows|null}
 */
function readRows(rows, body) {
  if (rows === null) return null;
  if ("x" in rows) return { x: codes(rows.x, body), y: codes(rows.y, body) };
  return codes(rows, body);
}

/**
 * @param {any} axis
 * @param {Body} body
 * @returns {Axis}
 */
function readAxis(axis, body) {
  return { ...axis, edges: axis.edges && floats(axis.edges, body), lookup: codes(axis.lookup, body) };
}

/**
 * @param {{count:Ref, sum?:Ref, low?:Ref, high?:Ref}} values
 * @param {Body} body
 * @returns {Values}
 */
function readValues({ count, sum, low, high }, body) {
  return {
    count: numbers(count, body),
    sum: sum ? floats(sum, body) : null,
    low: low ? floats(low, body) : null,
    high: high ? floats(high, body) : null,
  };
}

/**
 * @param {Ref} ref
 * @param {Body} body
 * @returns {Numbers}
 */
function numbers({ dtype, offset, length }, { buffer, start }) {
  const kind = KINDS[dtype];
  if (!kind) throw new Error(`The cube frame has numbers of an unknown kind, ${dtype}.`);
  if (start + offset + length * kind.BYTES_PER_ELEMENT > buffer.byteLength) throw new Error("The cube frame is cut short.");
  return new kind(buffer, start + offset, length);
}

/** @param {Ref} ref @param {Body} body */
function codes(ref, body) {
  return /** @type {Uint16Array} */ (numbers(ref, body));
}

/** @param {Ref} ref @param {Body} body */
function floats(ref, body) {
  return /** @type {Float64Array} */ (numbers(ref, body));
}
