import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsFromFilters } from "../../assets/explore/share-conditions.js";
import * as edit from "../../assets/explore/exploration.js";

const view = (id, change = {}) => ({
  id, columns: ["delay"], scales: [{ type: "linear", domain: null, top: null }], bins: [50],
  measure: { aggregate: "count", column: null }, title: null, width: 4, height: 2, ...change,
});
const interval = { type: "interval", lo: 0, hi: 30, nulls: false };
const start = { v: 1, dataset: "flights", version: "ab", views: [view("v1"), view("v2")], filters: { v1: interval }, active: "v1" };

test("a new view gets an id of its own", () => {
  assert.equal(edit.createViewId(start), "v3");
  assert.equal(edit.createViewId({ ...start, views: [] }), "v1");
});

test("adding puts a view where it was dropped, up to the most a dashboard holds", () => {
  assert.deepEqual(edit.addView(start, view("v3"), 1).views.map((item) => item.id), ["v1", "v3", "v2"]);
  const full = { ...start, views: Array.from({ length: edit.MAX_VIEWS }, (_, index) => view(`v${index}`)) };
  assert.equal(edit.addView(full, view("more")), full);
});

test("a removed view takes its filter along", () => {
  const { views, filters, active } = edit.removeView(start, "v1");
  assert.deepEqual([views.length, filters, active], [1, {}, null]);
  assert.equal(edit.removeView(start, "none"), start);
});

test("a filter goes with its column, and stays through other changes", () => {
  assert.deepEqual(edit.updateView(start, "v1", { columns: ["distance"] }).filters, {});
  assert.deepEqual(edit.updateView(start, "v1", { bins: [100], title: "Delays" }).filters, { v1: interval });
  assert.equal(edit.updateView(start, "v1", { width: 4 }), start);
});

test("'any other' means something else once there are more values", () => {
  const scales = (top) => [{ type: "category", domain: null, top }];
  const members = { type: "members", values: ["ATL"], other: true, nulls: false };
  const bars = { ...start, views: [view("v1", { scales: scales(12) })], filters: { v1: members } };
  assert.deepEqual(edit.updateView(bars, "v1", { scales: scales(20) }).filters, {});
  const named = { ...bars, filters: { v1: { ...members, other: false } } };
  assert.deepEqual(Object.keys(edit.updateView(named, "v1", { scales: scales(20) }).filters), ["v1"]);
});

test("moving keeps the views and stays within the grid", () => {
  assert.deepEqual(edit.moveView(start, "v1", 9).views.map((item) => item.id), ["v2", "v1"]);
  assert.equal(edit.moveView(start, "v1", -1), start);
});

test("clearing gives the state never brushed", () => {
  const never = { ...start, filters: {}, active: null };
  assert.deepEqual(edit.clearFilters(start), never);
  assert.equal(edit.clearFilters(never), never);
  assert.deepEqual(edit.setFilter(start, "v1", null).filters, {});
});

test("an equal filter is no new step", () => {
  assert.equal(edit.setFilter(start, "v1", { ...interval }), start);
});

test("a view fits the grid", () => {
  assert.deepEqual(edit.clampSize(99, 0), { width: 12, height: 1 });
});

test("views and filters of any name are their own, and nothing gets into what all objects share", () => {
  for (const id of ["constructor", "__proto__"]) {
    const named = edit.addView({ ...start, filters: {} }, view(id));
    assert.equal(edit.getFilter(named, id), undefined);
    const filtered = edit.setFilter(named, id, interval);
    assert.deepEqual(edit.getFilter(filtered, id), interval);
    assert.deepEqual(conditionsFromFilters(filtered), [{ column: "delay", filter: interval }]);
    assert.equal(edit.getFilter(edit.removeView(filtered, id), id), undefined);
    assert.equal(edit.getFilter(edit.setFilter(filtered, id, null), id), undefined);
  }
  assert.deepEqual([Object.keys(Object.prototype), {}.type], [[], undefined]);
});
const open = edit.toggleTable(start);

test("the table opens as stored, and closes", () => {
  assert.deepEqual(open.table, { sort: null, descending: false, at: 0 });
  assert.equal(edit.toggleTable(open).table, null);
  assert.equal(edit.sortTable(start, "delay"), start);
  assert.equal(edit.scrollTable(start, 9), start);
});

test("the table opens as it was left, and other rows from the first", () => {
  const left = edit.scrollTable(edit.sortTable(edit.sortTable(open, "delay"), "delay"), 40);
  const closed = edit.toggleTable(left);
  assert.equal(closed.table, null);
  assert.deepEqual(edit.toggleTable(closed, left).table, { sort: "delay", descending: true, at: 40 });
  assert.deepEqual(edit.toggleTable(edit.clearFilters(closed), left).table, { sort: "delay", descending: true, at: 0 });
});

test("a column is sorted ascending, descending, and no longer", () => {
  const steps = [open];
  for (const column of ["delay", "delay", "delay", "delay", "origin"]) steps.push(edit.sortTable(edit.scrollTable(steps.at(-1), 40), column));
  const told = steps.slice(1).map(({ table: { sort, descending, at } }) => [sort, descending, at]);
  assert.deepEqual(told, [["delay", false, 0], ["delay", true, 0], [null, false, 0], ["delay", false, 0], ["origin", false, 0]]);
});

test("other rows are shown from the first, the same ones from where they were", () => {
  const scrolled = edit.scrollTable(open, 400);
  assert.equal(edit.scrollTable(scrolled, 400), scrolled);
  const changes = [edit.setFilter(scrolled, "v1", null), edit.clearFilters(scrolled), edit.removeView(scrolled, "v1"), edit.updateView(scrolled, "v1", { columns: ["distance"] })];
  assert.deepEqual(changes.map(({ table }) => table.at), [0, 0, 0, 0]);
  const others = [edit.removeView(scrolled, "v2"), edit.moveView(scrolled, "v1", 1), edit.updateView(scrolled, "v1", { title: "Delays" })];
  assert.deepEqual(others.map(({ table }) => table.at), [400, 400, 400]);
});

test("'any other' means something else once other bars are chosen by another measure", () => {
  const filters = { v1: { type: "members", values: [], other: true, nulls: false } };
  const scales = [{ type: "category", domain: null, top: 5 }];
  const measure = { aggregate: "mean", column: "delay" };
  const ranked = { ...start, views: [view("v1", { scales, order: "descending" })], filters };
  const keptBy = (change, from = ranked) => edit.updateView(from, "v1", change).filters;
  assert.deepEqual(keptBy({ order: "name" }), filters);
  assert.deepEqual([keptBy({ order: "ascending" }), keptBy({ order: null }), keptBy({ measure })], [{}, {}, {}]);
  assert.deepEqual(keptBy({ measure }, { ...start, views: [view("v1", { scales })], filters }), filters);
});

test("bars are scaled to all rows, to the selection, as a share, and to all rows again", () => {
  const seen = [start];
  for (let press = 0; press < 3; press++) seen.push(edit.goToNextValueAxis(seen[press]));
  assert.deepEqual(seen.map(({ value_axis: valueAxis }) => valueAxis), [undefined, "selection", "share", "all"]);
  assert.equal(edit.setValueAxis(start, "all"), start);
});
