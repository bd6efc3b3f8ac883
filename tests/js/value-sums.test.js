import assert from "node:assert/strict";
import { test } from "node:test";
import { CubeSlicer } from "../../assets/explore/cubes/cube-slicer.js";

/** A cube of sums by active code, and what rounding left out of them. */
function cube(sums, { rests = null, active = [sums.length], cells = [], aggregate = "sum", total = 100 } = {}) {
  const values = { count: Uint8Array.from(sums, () => 2), sum: Float64Array.from(sums), rest: rests && Float64Array.from(rests), low: null, high: null };
  const rows = active.reduce((a, b) => a * b, 1);
  return { id: "v", shape: [rows, ...cells], axes: [], measure: { aggregate, column: "c" }, values, total, rows: null, grid: null, exact: true, active, places: null };
}

const slice = (slicer, selection) => [...slicer.sliceInto(selection, new Float64Array(slicer.cellCount))];
const interval = (from, to) => ({ type: "interval", from, to });

/** The nearest float of an exact integer, and what it lacks. */
function split(exact) {
  const nearest = Number(exact);
  return [nearest, Number(exact - BigInt(nearest))];
}

function splitAll(integers) {
  const parts = integers.map(split);
  return { sums: parts.map(([sum]) => sum), rests: parts.map(([, rest]) => rest) };
}

/** Integers of up to 93 bits that look random and are the same in every run. */
function makeIntegers(count, seed) {
  let state = BigInt(seed) + 12345n;
  return Array.from({ length: count }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & (2n ** 128n - 1n);
    return (state >> 30n) % 2n ** BigInt(1 + Number(state % 93n)) * (state & 64n ? -1n : 1n);
  });
}

const add = (integers) => integers.reduce((a, b) => a + b, 0n);

for (const sums of [[1, 1e18, 2, 3, -1e18, 4], [1.5, 3.4e38, 2.25, 7.5, -3.4e38, 4.125], [1e-9, 1e12, 0.25, 3, -5, 7], [1, Infinity, 2, 3, 4, 5]])
  test(`no large value costs a small one its digits: ${sums}`, () => {
    const slicer = new CubeSlicer(cube(sums));
    sums.forEach((sum, code) => assert.deepEqual(slice(slicer, interval(code, code + 1)), [sum]));
    assert.deepEqual(slice(slicer, interval(2, 4)), [sums[2] + sums[3]]);
    const boxes = new CubeSlicer(cube(sums, { active: [2, 3] }));
    assert.deepEqual(slice(boxes, { type: "box", y: { from: 1, to: 2 }, x: { from: 0, to: 1 } }), [sums[3]]);
    assert.deepEqual(slice(boxes, { type: "box", y: { from: 0, to: 2 }, x: { from: 2, to: 3 } }), [sums[2] + sums[5]]);
  });

test("what cancels out leaves the rest", () => {
  assert.deepEqual(slice(new CubeSlicer(cube([1e18, 1, -1e18, 2])), null), [3]);
});

test("sums of integers of any size are rounded once, over any selection", () => {
  for (let seed = 0; seed < 40; seed++) {
    const exact = makeIntegers(24, seed);
    const { sums, rests } = splitAll(exact);
    const slicer = new CubeSlicer(cube(sums, { rests, active: [12], cells: [2] }));
    const means = new CubeSlicer(cube(sums, { rests, active: [12], cells: [2], aggregate: "mean" }));
    for (const [from, to] of [[0, 12], [3, 4], [2, 9], [11, 12], [5, 5]]) {
      const wanted = [0, 1].map((cell) => Number(add(exact.filter((_, k) => k % 2 === cell && k >= 2 * from && k < 2 * to))));
      assert.deepEqual(slice(slicer, interval(from, to)), wanted);
      assert.deepEqual(slice(means, interval(from, to)), wanted.map((sum) => sum / (2 * (to - from))));
    }
  }
});

test("deltas of integers of any size add up exactly", () => {
  const exact = makeIntegers(8, 3).map((integer) => integer * 2n ** 20n + 1n);
  const first = splitAll(exact);
  const slicer = new CubeSlicer(cube(first.sums, first));
  for (let step = 1; step < 9; step++) {
    const added = makeIntegers(3, step + 50);
    const { sums, rests } = splitAll(added);
    const values = { ...cube(sums, { rests }).values };
    assert.ok(slicer.appendDelta({ ...cube(first.sums), values, places: Uint32Array.of(1, 4, 7), total: 100 + step }));
    [1, 4, 7].forEach((place, i) => (exact[place] += added[i]));
    assert.deepEqual(slice(slicer, null), [Number(add(exact))]);
    assert.deepEqual(slice(slicer, interval(2, 5)), [Number(add(exact.slice(2, 5)))]);
  }
});

test("a delta that would cost small values their digits is to be fetched anew, and nothing has changed", () => {
  for (const [sums, rests] of [[[1e18], null], [[2 ** 60], [1]], [[0.1], null]]) {
    const slicer = new CubeSlicer(cube([2 ** 40, 2, 3]));
    const delta = { ...cube([1, 2, 3]), values: cube(sums, { rests }).values, places: Uint32Array.of(1), total: 101 };
    assert.equal(slicer.appendDelta(delta), false);
    assert.equal(slicer.total, 100);
    assert.deepEqual(slice(slicer, interval(1, 2)), [2]);
  }
});

test("a frame's own numbers stay as they came when a delta is added", () => {
  const view = cube([2 ** 60, 1], { rests: [1, 0] });
  const slicer = new CubeSlicer(view);
  slicer.appendDelta({ ...view, values: cube([5]).values, places: Uint32Array.of(1), total: 101 });
  assert.deepEqual([[...view.values.sum], [...view.values.rest]], [[2 ** 60, 1], [1, 0]]);
});
