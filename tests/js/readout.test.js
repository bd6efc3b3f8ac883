import assert from "node:assert/strict";
import { test } from "node:test";
import { CHART_KINDS } from "../../assets/charts/chart-kinds.js";
import { createBins, isCellSelected } from "../../assets/charts/bins.js";
import { formatAmount, formatReadout } from "../../assets/charts/readout.js";

const axis = {
  column: "delay", label: "Delay", type: "linear", integer: true, codes: 9, bins: 6, labels: null, choices: [],
  edges: Float64Array.of(-60, -30, 0, 30, 60, 90, 120), lookup: Uint16Array.of(0, 1, 1, 2, 2, 3, 3, 4, 5),
};
const scene = {
  model: { id: "v1", kind: "histogram", title: "Delay", axes: [axis], measure: { aggregate: "count", column: null }, measureLabel: "Rows", outlines: false },
  traits: CHART_KINDS.histogram, bins: [createBins(axis)], ghost: Float64Array.of(0, 10, 30, 15, 5, 0), values: Float64Array.of(0, 4, 12, 3, 1, 0),
  selection: null, state: "exact", hoveredCell: -1, isDragging: false, isReadoutHeld: false, selectedRows: 20, allRows: 60,
};
const brushed = { ...scene, selection: { type: "interval", from: 3, to: 5 }, selectedRows: 12 };
const spaced = (text) => text.replaceAll(" %", "\u2009%");

test("the line above a chart names the measure, or what is selected with its rows and their share", () => {
  assert.equal(formatReadout(scene), "Rows");
  assert.equal(formatReadout(brushed), spaced("0 to 59: 12 rows (20.0 %)"));
  assert.equal(formatReadout({ ...brushed, hoveredCell: 1, isDragging: true }), spaced("0 to 59: 12 rows (20.0 %)"));
  assert.equal(formatReadout({ ...brushed, hoveredCell: 2, isReadoutHeld: true }), spaced("0 to 59: 12 rows (20.0 %)"));
  assert.equal(formatReadout({ ...brushed, state: "stale" }), "0 to 59");
  assert.equal(formatReadout({ ...brushed, selectedRows: NaN }), "0 to 59");
});

test("a bin is told as a share of its rows and of the selection", () => {
  const over = (cell, more = {}) => formatReadout({ ...scene, ...more, hoveredCell: cell });
  assert.equal(over(1), spaced("−60 to −1: 4 of 10 (40.0 %), 20.0 % of the selection"));
  assert.equal(over(1, { state: "approximate" }), spaced("−60 to −1: ≈ 4 of 10 (40.0 %), 20.0 % of the selection"));
  assert.equal(over(1, { values: scene.ghost, selectedRows: 60 }), spaced("−60 to −1: 10, 16.7 % of all"));
  assert.equal(over(0), spaced("< −60: 0, 0.0 % of the selection"));
});

test("of the chart that is brushed only bins within the brush are a share of the selection", () => {
  const over = (cell) => formatAmount({ ...brushed, hoveredCell: cell }, cell);
  assert.equal(over(1), spaced("4 of 10 (40.0 %)"));
  assert.equal(over(2), spaced("12 of 30 (40.0 %), 100.0 % of the selection"));
});

test("of means and of sums below zero there is no share", () => {
  const mean = { ...scene, model: { ...scene.model, measure: { aggregate: "mean", column: "delay" } } };
  assert.equal(formatAmount(mean, 1), "4 (all rows: 10)");
  const sum = { aggregate: "sum", column: "delay" };
  const mixed = { ...scene, model: { ...scene.model, measure: sum }, values: Float64Array.of(0, 4, -12, 3, 1, 0) };
  assert.equal(formatAmount(mixed, 1), spaced("4 of 10 (40.0 %)"));
  assert.equal(formatAmount(mixed, 2), "−12 of 30");
});

test("a bin is selected if all of its rows are", () => {
  const within = (selection, cells) => cells.map((cell) => isCellSelected({ ...scene, selection }, cell));
  assert.deepEqual(within(null, [-1, 1]), [false, false]);
  assert.deepEqual(within({ type: "interval", from: 3, to: 6 }, [1, 2, 3]), [false, true, false]);
  assert.deepEqual(within({ type: "interval", from: 0, to: 8 }, [0, 1, 4, 5]), [true, true, true, false]);
  assert.deepEqual(within({ type: "interval", from: 0, to: 0, nulls: true }, [0, 5]), [false, true]);
  const flat = { bins: [scene.bins[0], scene.bins[0]], selection: { type: "box", x: { from: 1, to: 3 }, y: { from: 2, to: 3 } } };
  assert.deepEqual([2 * 6 + 1, 2 * 6 + 3, 6 + 1].map((cell) => isCellSelected(flat, cell)), [true, false, false]);
});
