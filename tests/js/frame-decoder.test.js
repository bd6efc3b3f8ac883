import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AGGREGATES, isAggregate } from "../../assets/charts/aggregates.js";
import { CubeSlicer } from "../../assets/explore/cubes/cube-slicer.js";
import { decodeFrame } from "../../assets/explore/cubes/frame-decoder.js";

const file = (name) => new URL(`../fixtures/frame_${name}`, import.meta.url);

function bytes(name) {
  const { buffer, byteOffset, byteLength } = readFileSync(file(`${name}.bin`));
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

const meaning = (name) => JSON.parse(readFileSync(file(`${name}.json`), "utf8"));

const NAMES = { inf: Infinity, "-inf": -Infinity, nan: NaN };
const plain = (array) => array && Array.from(array);
const number = (value) => (typeof value === "string" ? NAMES[value] : value);

/** A decoded view as the JSON beside the frame says it. */
function said({ id, shape, exact, rows, axes, measure, places, values }) {
  return {
    id,
    shape,
    exact,
    rows: rows && (rows instanceof Uint16Array ? plain(rows) : { y: plain(rows.y), x: plain(rows.x) }),
    axes: axes.map((axis) => ({ ...axis, edges: plain(axis.edges), lookup: plain(axis.lookup) })),
    measure,
    places: plain(places),
    values: Object.fromEntries(Object.entries(values).filter(([, array]) => array).map(([name, array]) => [name, plain(array)])),
  };
}

const expected = (view) => ({
  ...view,
  values: Object.fromEntries(Object.entries(view.values).map(([name, array]) => [name, array.map(number)])),
});

for (const name of ["line", "plane", "empty", "delta"]) {
  test(`${name}: the same numbers as Python put in`, () => {
    const frame = decodeFrame(bytes(name));
    const { views, from: _, ...rest } = meaning(name);
    assert.deepEqual({ version: frame.version, rows: frame.rows, active: frame.active }, rest);
    assert.deepEqual([...frame.views.keys()], views.map((view) => view.id));
    for (const view of views) assert.deepEqual(said(frame.views.get(view.id)), expected(view));
  });

  if (name === "delta") continue;
  test(`${name}: every view can be sliced, and everything is its total`, () => {
    for (const view of decodeFrame(bytes(name)).views.values()) {
      const table = new CubeSlicer(view);
      const out = table.sliceInto(null, new Float64Array(table.cellCount));
      if (view.measure.aggregate !== "count") continue;
      const total = (cell) => plain(view.values.count).reduce((sum, n, k) => (k % table.cellCount === cell ? sum + n : sum), 0);
      out.forEach((value, cell) => assert.equal(value, total(cell)));
    }
  });
}

test("counts come in the kind that holds them", () => {
  const { views } = decodeFrame(bytes("line"));
  const kinds = ["cities", "late", "low", "high", "large", "map"].map((id) => views.get(id).values.count.BYTES_PER_ELEMENT);
  assert.deepEqual(kinds, [1, 2, 2, 4, 4, 8]);
});

test("what is no frame, or not all of one, is refused", () => {
  const whole = bytes("line");
  const json = new TextEncoder().encode('{"error":{}}').buffer;
  for (const wrong of [new ArrayBuffer(0), json, whole.slice(0, 4)]) assert.throws(() => decodeFrame(wrong), /Not a cube frame/);
  assert.throws(() => decodeFrame(whole.slice(0, 100)), /header of the cube frame is truncated/);
  assert.throws(() => decodeFrame(whole.slice(0, -8)), /frame is truncated/);
});

test("numbers of an unknown kind are refused", () => {
  const text = new TextDecoder("latin1").decode(bytes("empty")).replace('"dtype":"u1"', '"dtype":"q9"');
  const wrong = Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer;
  assert.throws(() => decodeFrame(wrong), /unknown number type: q9/);
});

test("the page knows the aggregates of the server, and no others", () => {
  const names = JSON.parse(readFileSync(new URL("../fixtures/aggregates.json", import.meta.url), "utf8"));
  assert.deepEqual(Object.keys(AGGREGATES).sort(), names.sort());
  assert.ok(names.every(isAggregate));
  for (const name of ["median", "toString", "", null, 1]) assert.ok(!isAggregate(name));
});
