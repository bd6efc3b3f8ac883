import assert from "node:assert/strict";
import { test } from "node:test";
import { CHART_KINDS } from "../../assets/charts/chart-kinds.js";
import { createBins } from "../../assets/charts/bins.js";
import { sortCategories, updateBarOrder } from "../../assets/charts/category-order.js";
import { getNextOrder } from "../../assets/explore/sort-button.js";
import { createRandom } from "./random.js";

const makeAxis = (labels) => ({
  column: "origin", label: "Origin", type: "category", integer: false, codes: labels.length + 2, bins: labels.length + 2, labels, choices: [], edges: null,
  lookup: Uint16Array.from({ length: labels.length + 2 }, (_, code) => code),
});
const bins = createBins(makeAxis(["b10", "b9", "a", ""]));

test("bars are sorted by what they show, by name, or stay as in the column", () => {
  const values = Float64Array.of(3, 7, 5, 7, 100, 0);
  assert.deepEqual(sortCategories(bins, values, "descending", true), [1, 3, 2, 0]);
  assert.deepEqual(sortCategories(bins, values, "ascending", true), [0, 2, 1, 3]);
  assert.deepEqual(sortCategories(bins, values, "name", true), [3, 2, 1, 0]);
  assert.deepEqual(sortCategories(bins, values, null, true), [0, 1, 2, 3]);
  assert.deepEqual(sortCategories(bins, null, "descending", true), [0, 1, 2, 3]);
});

test("those without rows come last in both directions; a mean of zero is a value", () => {
  const values = Float64Array.of(0, -2, NaN, 5, 0, 0);
  assert.deepEqual(sortCategories(bins, values, "ascending", true), [1, 3, 0, 2]);
  assert.deepEqual(sortCategories(bins, values, "descending", true), [3, 1, 0, 2]);
  assert.deepEqual(sortCategories(bins, values, "ascending", false), [1, 0, 3, 2]);
});

test("any order is a permutation that agrees with a plain comparison", () => {
  const random = createRandom(7);
  for (let round = 0; round < 200; round++) {
    const count = 1 + Math.floor(random() * 30);
    const some = createBins(makeAxis(Array.from({ length: count }, (_, place) => `n${place}`)));
    const values = Float64Array.from({ length: count + 2 }, () => (random() < 0.1 ? NaN : Math.floor(random() * 8) - 2));
    for (const order of ["descending", "ascending"]) {
      const cells = sortCategories(some, values, order, false);
      assert.deepEqual(cells.toSorted((a, b) => a - b), Array.from({ length: count }, (_, cell) => cell));
      for (let place = 1; place < count; place++) {
        const [a, b] = [values[cells[place - 1]], values[cells[place]]];
        if (Number.isNaN(a)) assert.ok(Number.isNaN(b) && cells[place - 1] < cells[place]);
        else if (a === b) assert.ok(cells[place - 1] < cells[place]);
        else assert.ok(Number.isNaN(b) || (order === "descending" ? a > b : a < b));
      }
    }
  }
});

test("the order follows what is shown, but not while it is stale", () => {
  const model = { order: "descending", measure: { aggregate: "count", column: null } };
  const scene = { model, traits: CHART_KINDS.bars, bins: [bins], ghost: Float64Array.of(4, 3, 2, 1, 0, 0), shown: null, state: "exact", barOrder: null };
  assert.ok(updateBarOrder(scene));
  assert.deepEqual(scene.barOrder, [0, 1, 2, 3]);
  scene.shown = Float64Array.of(1, 2, 3, 4, 0, 0);
  scene.state = "stale";
  assert.ok(!updateBarOrder(scene));
  scene.state = "exact";
  assert.ok(updateBarOrder(scene));
  assert.deepEqual(scene.barOrder, [3, 2, 1, 0]);
  assert.ok(!updateBarOrder(scene));
});

test("the button goes through all orders", () => {
  const seen = [null];
  for (let press = 0; press < 4; press++) seen.push(getNextOrder(seen[press]));
  assert.deepEqual(seen, [null, "descending", "ascending", "name", null]);
});
