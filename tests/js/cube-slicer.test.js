import assert from "node:assert/strict";
import { test } from "node:test";
import { AGGREGATES } from "../../assets/charts/aggregates.js";
import { CubeSlicer } from "../../assets/explore/cubes/cube-slicer.js";

/** Numbers that look random and are the same in every run. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

/** A cube with some empty cells; values are small integers, so that all sums are exact. */
function cube(aggregate, active, cells, { rows = null, shape = active, seed = 1, kind = Uint16Array, total = 1e6, held = 1 } = {}) {
  const roll = dice(seed);
  const number = (_, k) => (k % product(cells) % held ? 0 : Math.max(0, roll(9) - 3));
  const count = kind.from({ length: product(shape) * product(cells) }, number);
  const pick = (empty) => Float64Array.from(count, (n) => (n ? roll(200) - 100 : empty));
  const values = {
    count,
    sum: aggregate === "sum" || aggregate === "mean" ? pick(0) : null,
    low: aggregate === "min" ? pick(Infinity) : null,
    high: aggregate === "max" ? pick(-Infinity) : null,
  };
  const measure = { aggregate, column: aggregate === "count" ? null : "c" };
  const place = { rows, grid: rows && shape.length === 2 ? shape : null, exact: rows === null, active };
  return { id: "v", shape: [product(shape), ...cells], axes: [], measure, values, total, ...place };
}

/** The obvious answer: go through the cube's rows, each with the part of it that is selected. */
function expected({ measure, values, shape }, parts) {
  const cells = product(shape.slice(1));
  return Float64Array.from({ length: cells }, (_, cell) => {
    let [count, sum, low, high] = [0, 0, Infinity, -Infinity];
    for (const [row, part] of parts) {
      const k = row * cells + cell;
      count += part * values.count[k];
      sum += part * (values.sum?.[k] ?? 0);
      low = Math.min(low, values.low?.[k] ?? Infinity);
      high = Math.max(high, values.high?.[k] ?? -Infinity);
    }
    if (measure.aggregate !== "count" && measure.aggregate !== "sum" && count === 0) return NaN;
    return { count, sum, mean: sum / count, min: low, max: high }[measure.aggregate];
  });
}

const AGGREGATE_NAMES = Object.keys(AGGREGATES);
const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const box = (y0, y1, x0, x1) => ({ type: "box", x: { from: x0, to: x1 }, y: { from: y0, to: y1 } });
const whole = (rows) => [...new Set(rows)].map((row) => [row, 1]);
const slice = (slicer, selection) => slicer.sliceInto(selection, new Float64Array(slicer.cellCount));

/** Equal but for the last digits of parts; NaN equals NaN, as it does not for assert on typed arrays. */
function near(actual, wanted) {
  assert.equal(actual.length, wanted.length);
  actual.forEach((value, i) => {
    const parts = Math.abs(value - wanted[i]) < 1e-9 && !Number.isInteger(wanted[i]);
    assert.ok(value === wanted[i] || Object.is(value, wanted[i]) || parts, `cell ${i}: ${value} instead of ${wanted[i]}`);
  });
}

for (const aggregate of AGGREGATE_NAMES) {
  test(`${aggregate}: every interval is what going through its rows gives`, () => {
    const view = cube(aggregate, [13], [3, 2]);
    const slicer = new CubeSlicer(view);
    for (let from = 0; from <= 13; from++)
      for (let to = from; to <= 13; to++)
        near(slice(slicer, { type: "interval", from, to }), expected(view, whole(range(from, to))));
  });

  test(`${aggregate}: nulls come in once, whether or not the interval reaches them`, () => {
    const view = cube(aggregate, [13], [4]);
    const slicer = new CubeSlicer(view);
    for (const [from, to] of [[0, 5], [3, 12], [3, 13], [12, 13], [4, 4]])
      near(slice(slicer, { type: "interval", from, to, nulls: true }), expected(view, whole([...range(from, to), 12])));
  });

  test(`${aggregate}: members in any order, twice or unknown`, () => {
    const view = cube(aggregate, [11], [5]);
    const slicer = new CubeSlicer(view);
    for (const codes of [[], [3], [10, 0], [5, 4, 6, 9, 4], [99, 2], range(0, 11)])
      near(slice(slicer, { type: "members", codes }), expected(view, whole(codes.filter((code) => code < 11))));
  });

  test(`${aggregate}: every box of a two-dimensional active view`, () => {
    const [ny, nx] = [5, 4];
    const view = cube(aggregate, [ny, nx], [3]);
    const slicer = new CubeSlicer(view);
    for (let y0 = 0; y0 <= ny; y0++)
      for (let y1 = y0; y1 <= ny; y1++)
        for (let x0 = 0; x0 <= nx; x0++)
          for (let x1 = x0; x1 <= nx; x1++) {
            const rows = range(y0, y1).flatMap((y) => range(x0, x1).map((x) => y * nx + x));
            near(slice(slicer, box(y0, y1, x0, x1)), expected(view, whole(rows)));
          }
  });

  test(`${aggregate}: nothing selected is everything, before and after a brush`, () => {
    for (const active of [[9], [3, 4]]) {
      const view = cube(aggregate, active, [6]);
      const slicer = new CubeSlicer(view);
      const before = slice(slicer, null);
      slice(slicer, active.length === 1 ? { type: "interval", from: 2, to: 4 } : box(1, 2, 0, 1));
      near(before, expected(view, whole(range(0, product(active)))));
      near(slice(slicer, null), before);
    }
  });

  test(`${aggregate}: rows of several codes are taken in part`, () => {
    const rows = Uint16Array.of(0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 5);
    const sizes = [1, 4, 2, 3, 1, 1];
    const view = cube(aggregate, [12], [7], { rows, shape: [6] });
    const slicer = new CubeSlicer(view);
    for (let from = 0; from <= 12; from++)
      for (let to = from; to <= 12; to++) {
        const parts = new Map();
        for (const code of range(from, to)) parts.set(rows[code], (parts.get(rows[code]) ?? 0) + 1 / sizes[rows[code]]);
        near(slice(slicer, { type: "interval", from, to }), expected(view, [...parts]));
        const cut = [...parts].some(([, part]) => part < 1 - 1e-9);
        assert.equal(slicer.isExact({ type: "interval", from, to }), !cut);
      }
  });

  test(`${aggregate}: grid cells of several bins are taken in part`, () => {
    const y = Uint16Array.of(0, 1, 1, 2, 3);
    const x = Uint16Array.of(0, 1, 1, 1, 2, 2, 3);
    const view = cube(aggregate, [5, 7], [3], { rows: { x, y }, shape: [4, 4] });
    const slicer = new CubeSlicer(view);
    const size = (lookup, row) => lookup.filter((other) => other === row).length;
    for (const [y0, y1, x0, x1] of [[0, 5, 0, 7], [1, 3, 1, 4], [2, 4, 2, 6], [0, 2, 3, 5], [2, 3, 2, 3], [1, 1, 0, 7]]) {
      const parts = new Map();
      for (const b of range(y0, y1))
        for (const a of range(x0, x1)) {
          const row = y[b] * 4 + x[a];
          parts.set(row, (parts.get(row) ?? 0) + 1 / (size(y, y[b]) * size(x, x[a])));
        }
      const cut = box(y0, y1, x0, x1);
      near(slice(slicer, cut), expected(view, [...parts]));
      assert.equal(slicer.isExact(cut), ![...parts.values()].some((part) => part < 1 - 1e-9));
    }
  });
}

test("everything is exact, and so is every selection of a cube at full codes", () => {
  const coarse = new CubeSlicer(cube("count", [4], [2], { rows: Uint16Array.of(0, 0, 1, 1), shape: [2] }));
  assert.equal(coarse.isExact(null), true);
  assert.equal(new CubeSlicer(cube("count", [4], [2])).isExact({ type: "interval", from: 1, to: 2 }), true);
});

test("an empty cell stays without a mean when rows are cut", () => {
  const view = cube("mean", [6], [1], { rows: Uint16Array.of(0, 0, 0, 1, 1, 1), shape: [2] });
  view.values.count = Uint8Array.of(0, 0);
  view.values.sum = Float64Array.of(0, 0);
  near(slice(new CubeSlicer(view), { type: "interval", from: 1, to: 5 }), Float64Array.of(NaN));
});

test("a minimum of infinite values is not taken for an empty cell", () => {
  const view = cube("min", [3], [1]);
  view.values.count = Uint8Array.of(0, 2, 0);
  view.values.low = Float64Array.of(Infinity, Infinity, Infinity);
  const slicer = new CubeSlicer(view);
  near(slice(slicer, { type: "interval", from: 0, to: 2 }), Float64Array.of(Infinity));
  near(slice(slicer, { type: "interval", from: 2, to: 3 }), Float64Array.of(NaN));
});

test("infinite values make their own sums infinite, and no others", () => {
  for (const active of [[6], [3, 2]]) {
    const view = cube("sum", active, [2]);
    view.values.sum.set([1, 2, Infinity, 3, 4, -Infinity, 5, 6, 7, 8, 9, 10]);
    const slicer = new CubeSlicer(view);
    const rows = (from, to) => (active.length === 1 ? { type: "interval", from, to } : box(from / 2, to / 2, 0, 2));
    near(slice(slicer, rows(0, 2)), Float64Array.of(Infinity, 5));
    near(slice(slicer, rows(2, 4)), Float64Array.of(9, -Infinity));
    near(slice(slicer, rows(4, 6)), Float64Array.of(16, 18));
    near(slice(slicer, null), Float64Array.of(Infinity, -Infinity));
  }
});

test("a view that does not follow the active one shows the same whatever is brushed", () => {
  const own = { ...cube("count", [1], [4]), active: [9] };
  const plain = { ...cube("count", [1], [4]), active: null };
  for (const view of [own, plain]) {
    const slicer = new CubeSlicer(view);
    const all = Float64Array.from(view.values.count);
    for (const selection of [null, { type: "interval", from: 3, to: 4 }, { type: "members", codes: [7] }])
      near(slice(slicer, selection), all);
  }
});

test("a key figure has one cell", () => {
  const view = cube("count", [5], []);
  const slicer = new CubeSlicer(view);
  assert.equal(slicer.cellCount, 1);
  near(slice(slicer, { type: "interval", from: 1, to: 3 }), expected(view, whole([1, 2])));
});

test("counts of more than 32 bits add up exactly", () => {
  const large = { kind: Float64Array, total: 2 ** 40 };
  for (const active of [[3], [1, 3]]) {
    const view = cube("count", active, [1], large);
    view.values.count = Float64Array.of(2 ** 33 + 1, 2 ** 32, 5);
    const last = active.length === 1 ? { type: "interval", from: 1, to: 3 } : box(0, 1, 1, 3);
    const slicer = new CubeSlicer(view);
    near(slice(slicer, last), Float64Array.of(2 ** 32 + 5));
    near(slice(slicer, null), Float64Array.of(2 ** 33 + 1 + 2 ** 32 + 5));
  }
});

test("counts that sum to just below 2^32 do not wrap", () => {
  const view = cube("count", [3], [1], { kind: Uint32Array, total: 2 ** 32 - 1 });
  view.values.count = Uint32Array.of(2 ** 31, 2 ** 31 - 2, 1);
  near(slice(new CubeSlicer(view), null), Float64Array.of(2 ** 32 - 1));
});

test("codes beyond the axis select nothing", () => {
  const view = cube("count", [5], [2]);
  const slicer = new CubeSlicer(view);
  near(slice(slicer, { type: "interval", from: -3, to: 99 }), slice(slicer, null));
  near(slice(slicer, { type: "interval", from: 7, to: 9 }), new Float64Array(2));
});

for (const aggregate of AGGREGATE_NAMES)
  for (const active of [[40], [7, 9]])
    test(`${aggregate} under ${active.length} active axes where most cells are empty`, () => {
      const view = cube(aggregate, active, [11, 13], { held: 5 });
      const slicer = new CubeSlicer(view);
      const out = new Float64Array(slicer.cellCount).fill(12345);
      const [nx, ny] = [active.at(-1), active.length === 2 ? active[0] : 1];
      for (const [from, to] of [[0, nx], [2, 6], [3, 3]]) {
        const selection = ny > 1 ? box(1, ny - 1, from, to) : { type: "interval", from, to };
        const [top, bottom] = ny > 1 ? [1, ny - 1] : [0, 1];
        const rows = range(top, bottom).flatMap((y) => range(from, to).map((x) => y * nx + x));
        near(slicer.sliceInto(selection, out), expected(view, whole(rows)));
      }
      near(slicer.sliceInto(null, out), expected(view, whole(range(0, nx * ny))));
    });

/** The part of a cube that new rows have added, as it arrives: of two cubes the second, in the cells that have rows. */
function delta({ values, ...view }, total) {
  const places = Uint32Array.from(values.count.keys()).filter((place) => values.count[place]);
  const few = (part) => part && new part.constructor(Array.from(places, (place) => part[place]));
  const parts = Object.fromEntries(Object.entries(values).map(([name, part]) => [name, few(part)]));
  return { ...view, places, values: parts, total };
}

/** The cube of the rows of both. */
function together(one, other) {
  const combine = { count: (a, b) => a + b, sum: (a, b) => a + b, low: Math.min, high: Math.max };
  const values = Object.fromEntries(Object.entries(one.values).map(([name, part]) =>
    [name, part && Float64Array.from(part, (value, k) => combine[name](value, other.values[name][k]))]));
  return { ...one, values };
}

const SHAPES = [
  { active: [13], cells: [3, 2] }, { active: [1], cells: [4] }, { active: [5, 7], cells: [6] }, { active: [9], cells: [] },
  { active: [40], cells: [11, 13], more: { held: 5 } }, { active: [7, 9], cells: [11, 13], more: { held: 5 } },
  { active: [10], cells: [4], more: { rows: Uint16Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 2), shape: [3] } },
];

for (const aggregate of AGGREGATE_NAMES)
  for (const { active, cells, more } of SHAPES)
    test(`${aggregate}: deltas add up under [${active}] of [${cells}]`, () => {
      let sum = cube(aggregate, active, cells, { seed: 1, ...more });
      const slicer = new CubeSlicer(sum);
      const [nx, ny] = [active.at(-1), active.length === 2 ? active[0] : 1];
      const selections = [null, ...[[0, nx], [2, 6], [3, 4]].map(([from, to]) => (ny > 1 ? box(1, ny - 1, from, to) : { type: "interval", from, to }))];
      for (const seed of [2, 3, 4]) {
        const next = cube(aggregate, active, cells, { seed, ...more, held: seed === 4 ? 1 : more?.held });
        assert.ok(slicer.appendDelta(delta(next, 1e6 + seed)));
        assert.ok(slicer.appendDelta(delta(next, 1e6 + seed)), "the same rows count once");
        sum = together(sum, next);
        const anew = new CubeSlicer(sum);
        for (const selection of selections) near(slice(slicer, selection), slice(anew, selection));
      }
    });

test("what can't be added is to be fetched anew, and nothing has changed", () => {
  const sums = cube("sum", [5], [2]);
  const infinite = cube("sum", [5], [2], { seed: 2 });
  infinite.values.sum[infinite.values.count.findIndex((n) => n > 0)] = Infinity;
  for (const [view, next] of [[sums, delta(infinite, 2e6)], [cube("count", [5], [2]), delta(cube("count", [5], [2]), 2 ** 32)]]) {
    const slicer = new CubeSlicer(view);
    const before = slice(slicer, null);
    assert.equal(slicer.appendDelta(next), false);
    near(slice(slicer, null), before);
    assert.equal(slicer.total, 1e6);
  }
});
