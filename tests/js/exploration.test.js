import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsOf } from "../../assets/explore/conditions.js";
import * as edit from "../../assets/explore/exploration.js";

const view = (id, change = {}) => ({
  id, columns: ["delay"], scales: [{ type: "linear", domain: null, top: null }], bins: [50],
  measure: { aggregate: "count", column: null }, title: null, width: 4, height: 2, ...change,
});
const interval = { type: "interval", lo: 0, hi: 30, nulls: false };
const start = { v: 1, dataset: "flights", version: "ab", views: [view("v1"), view("v2")], filters: { v1: interval }, active: "v1" };

test("a new view gets an id of its own", () => {
  assert.equal(edit.freshId(start), "v3");
  assert.equal(edit.freshId({ ...start, views: [] }), "v1");
});

test("adding puts a view where it was dropped, up to the most a dashboard holds", () => {
  assert.deepEqual(edit.addView(start, view("v3"), 1).views.map((item) => item.id), ["v1", "v3", "v2"]);
  const full = { ...start, views: Array.from({ length: edit.MOST_VIEWS }, (_, index) => view(`v${index}`)) };
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
  assert.deepEqual(edit.fitted(99, 0), { width: 12, height: 1 });
});

test("views and filters of any name are their own, and nothing gets into what all objects share", () => {
  for (const id of ["constructor", "__proto__"]) {
    const named = edit.addView({ ...start, filters: {} }, view(id));
    assert.equal(edit.filterOf(named, id), undefined);
    const filtered = edit.setFilter(named, id, interval);
    assert.deepEqual(edit.filterOf(filtered, id), interval);
    assert.deepEqual(conditionsOf(filtered), [{ column: "delay", filter: interval }]);
    assert.equal(edit.filterOf(edit.removeView(filtered, id), id), undefined);
    assert.equal(edit.filterOf(edit.setFilter(filtered, id, null), id), undefined);
  }
  assert.deepEqual([Object.keys(Object.prototype), {}.type], [[], undefined]);
});
