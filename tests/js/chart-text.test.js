import assert from "node:assert/strict";
import { test } from "node:test";
import { CHART_KINDS } from "../../assets/charts/chart-kinds.js";
import { createBins } from "../../assets/charts/bins.js";
import { describeChart, createTable } from "../../assets/charts/description.js";
import { formatDegrees } from "../../assets/charts/degrees.js";
import { formatChange, formatNumber, formatShare, formatShort } from "../../assets/charts/format.js";
import { formatTimeRange } from "../../assets/charts/time-format.js";
import { createLinearTicks, createLogTicks } from "../../assets/charts/ticks.js";
import { createTimeTicks } from "../../assets/charts/time-ticks.js";
import { findExceedingDomain, getValueDomain } from "../../assets/charts/value-domain.js";
import { formatBounds, formatCell, formatRange, formatSelection } from "../../assets/charts/labels.js";

const axis = {
  column: "delay", label: "Delay", type: "linear", integer: true, codes: 9, bins: 6, labels: null, choices: [],
  edges: Float64Array.of(-60, -30, 0, 30, 60, 90, 120), lookup: Uint16Array.of(0, 1, 1, 2, 2, 3, 3, 4, 5),
};
const origin = { column: "origin", label: "Origin", type: "category", integer: false, codes: 4, bins: 4, labels: ["ATL", "ORD"], choices: [], edges: null, lookup: Uint16Array.of(0, 1, 2, 3) };
const time = (...args) => Date.UTC(...args);
const texts = (ticks) => ticks.map(({ label }) => label);

test("numbers have separators and sensible precision", () => {
  assert.deepEqual([0, 7, 1234567, 12.345, 0.0123456, 345.678, 123456.7, NaN, -5].map(formatNumber), ["0", "7", "1,234,567", "12.35", "0.0123", "345.7", "123,457", "–", "−5"]);
  assert.deepEqual([999, 15_000, 1_234_567, 3e9].map(formatShort), ["999", "15k", "1.23M", "3B"]);
  const shares = [formatShare(401, 1000), formatShare(1, 1e6), formatShare(999_999, 1e6), formatShare(0, 5), formatShare(0, 0)];
  assert.deepEqual(shares, ["40.1\u2009%", "< 0.1\u2009%", "> 99.9\u2009%", "0.0\u2009%", "–"]);
  assert.deepEqual([formatChange(-0.2, 11.5), formatChange(1076, -1116)], ["−0.20", "+1,076.0"]);
  assert.deepEqual([formatDegrees(-98.5, false), formatDegrees(40, true), formatDegrees(0, false)], ["98.5°W", "40°N", "0°"]);
});

test("times speak in the coarsest words that are exact", () => {
  assert.equal(formatTimeRange(time(2001, 0), time(2001, 6)), "Jan – Jun 2001");
  assert.equal(formatTimeRange(time(2001, 0), time(2001, 1)), "Jan 2001");
  assert.equal(formatTimeRange(time(2000, 10), time(2001, 1)), "Nov 2000 – Jan 2001");
  assert.equal(formatTimeRange(time(1999, 0), time(2001, 0)), "1999 – 2000");
  assert.equal(formatTimeRange(time(2001, 2, 12), time(2001, 3, 3)), "Mar 12 – Apr 2, 2001");
  assert.equal(formatTimeRange(time(2001, 2, 12), time(2001, 2, 13)), "Mon, Mar 12, 2001");
  assert.equal(formatTimeRange(time(2001, 2, 12, 6), time(2001, 2, 12, 18)), "Mar 12, 2001, 06:00 – 18:00");
  assert.equal(formatTimeRange(time(2001, 2, 12, 12), time(2001, 3, 3)), "Mar 12, 12:00 – Apr 3, 2001, 00:00");
});

test("ranges of whole numbers name the last one in it, others their bounds", () => {
  assert.equal(formatRange(axis, 2, 4), "−30 to 29");
  assert.equal(formatRange(axis, 0, 4), "< 30");
  assert.equal(formatRange(axis, 4, 8), "≥ 30");
  assert.equal(formatRange(axis, 0, 8), "any value");
  assert.equal(formatRange({ ...axis, integer: false }, 2, 4), "−30 to 30");
  assert.equal(formatRange({ ...axis, edges: Float64Array.of(4, 5) }, 1, 2), "4");
  assert.deepEqual(formatBounds(axis, 2, 4), ["−30", "29"]);
  assert.deepEqual(formatBounds(axis, 0, 8), ["←", "→"]);
});

test("special cells are named", () => {
  const [delay, from] = [createBins(axis), createBins(origin)];
  assert.deepEqual([0, 1, 4, 5].map((cell) => formatCell(delay, cell)), ["< −60", "−60 to −1", "≥ 120", "No value"]);
  assert.deepEqual([0, 1, 2, 3].map((cell) => formatCell(from, cell)), ["ATL", "ORD", "Other", "No value"]);
  assert.equal(formatCell(createBins({ ...origin, labels: ["", "ORD"] }), 0), "(empty)");
});

test("selections in words", () => {
  const delay = [createBins(axis)];
  assert.equal(formatSelection(delay, { type: "interval", from: 3, to: 5, nulls: true }, false), "0 to 59 or no value");
  assert.equal(formatSelection(delay, { type: "interval", from: 0, to: 0, nulls: true }, false), "No value");
  assert.equal(formatSelection([createBins(origin)], { type: "members", codes: [0, 2] }, false), "ATL, Other");
  const box = { type: "box", x: { from: 1, to: 3 }, y: { from: 2, to: 4 } };
  assert.equal(formatSelection([delay[0], delay[0]], box, false), "Delay −60 to 59, Delay 0 to 119");
  assert.equal(formatSelection([delay[0], delay[0]], box, true), "60°W – 60°E, 0° – 120°N");
});

test("ticks are nice, whole where the axis is, and short where numbers are large", () => {
  assert.deepEqual(texts(createLinearTicks([0, 3], 8, true)), ["0", "1", "2", "3"]);
  assert.deepEqual(texts(createLinearTicks([0, 2_500_000], 4, true)), ["0", "500k", "1M", "1.5M", "2M", "2.5M"]);
  assert.deepEqual(texts(createLinearTicks([0, 0.3], 3, false)), ["0.0", "0.1", "0.2", "0.3"]);
  assert.deepEqual(texts(createLogTicks([50, 5000], 4)), ["50", "100", "200", "500", "1,000", "2,000", "5,000"]);
  assert.deepEqual(texts(createLogTicks([1, 1e6], 4)), ["1", "100", "10k", "1M"]);
});

test("time ticks speak calendar on two levels", () => {
  const half = createTimeTicks([time(2001, 0), time(2001, 6)], 8);
  assert.deepEqual(texts(half.ticks), ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]);
  assert.deepEqual(texts(half.contexts), ["2001"]);
  const weeks = createTimeTicks([time(2000, 11, 20), time(2001, 0, 20)], 9);
  assert.deepEqual(texts(weeks.ticks), ["25", "1", "8", "15"]);
  assert.deepEqual(texts(weeks.contexts), ["Dec 2000", "Jan 2001"]);
  const hours = createTimeTicks([time(2001, 0, 1, 18), time(2001, 0, 2, 9)], 5);
  assert.deepEqual(texts(hours.ticks), ["18:00", "21:00", "00:00", "03:00", "06:00"]);
  assert.deepEqual(texts(hours.contexts), ["Jan 1, 2001", "Jan 2, 2001"]);
  assert.deepEqual(texts(createTimeTicks([time(1980, 0), time(2020, 0)], 5).ticks), ["1980", "1990", "2000", "2010"]);
});

test("what adds up stands on zero; levels only where zero is near", () => {
  const count = { aggregate: "count", column: null };
  const mean = { aggregate: "mean", column: "delay" };
  assert.deepEqual(getValueDomain(count, [10, 100]), [0, 104]);
  assert.deepEqual(getValueDomain(count, null), [0, 1]);
  assert.deepEqual(getValueDomain({ ...mean, aggregate: "sum" }, [-50, 50]), [-58, 58]);
  assert.deepEqual(getValueDomain(mean, [10, 100]), [0, 106]);
  assert.deepEqual(getValueDomain(mean, [90, 100]), [89.2, 100.8]);
});

test("a picture asks for more room only when it leaves that of everything", () => {
  const bins = createBins(origin);
  const ghost = Float64Array.of(1, 5, NaN, 90);
  assert.equal(findExceedingDomain(bins, Float64Array.of(2, 4, NaN, 100), ghost), null);
  assert.deepEqual(findExceedingDomain(bins, Float64Array.of(0, 4, NaN, NaN), ghost), [0, 4]);
  assert.equal(findExceedingDomain(bins, Float64Array.of(NaN, NaN, NaN, NaN), ghost), null);
});

const scene = {
  model: { id: "v1", kind: "histogram", title: "Delay", axes: [axis], measure: { aggregate: "count", column: null }, measureLabel: "Rows", outlines: false },
  traits: CHART_KINDS.histogram, bins: [createBins(axis)], ghost: Float64Array.of(0, 10, 30, 15, 5, 0), values: Float64Array.of(0, 4, 12, 3, 1, 0),
  selection: { type: "interval", from: 3, to: 5 }, state: "exact", hoveredCell: -1, isDragging: false, selectedRows: NaN, allRows: NaN, scaling: "all", barOrder: null,
};

test("a chart says what it shows", () => {
  assert.equal(describeChart(scene), "Delay: Rows by Delay (3 bins, −60 to 119). 20 of 60 rows match the other filters. Highest: 12 at 0 to 59. Selected: 0 to 59.");
  assert.match(describeChart({ ...scene, state: "stale" }), /The chart shows previous values\.$/);
  assert.match(describeChart({ ...scene, ghost: new Float64Array(6), values: new Float64Array(6) }), /No rows\./);
});

test("a chart as a table", () => {
  const { columns, rows } = createTable(scene);
  assert.deepEqual(columns, ["Delay", "Selected rows", "All rows", "Share"]);
  const shares = ["–", "40.0\u2009%", "40.0\u2009%", "20.0\u2009%", "20.0\u2009%", "–"];
  const cells = [["< −60", "0", "0"], ["−60 to −1", "4", "10"], ["0 to 59", "12", "30"], ["60 to 119", "3", "15"], ["≥ 120", "1", "5"], ["No value", "0", "0"]];
  assert.deepEqual(rows, cells.map((row, place) => [...row, shares[place]]));
});

test("a 2-D table leaves empty cells out and 2-D words name what is not drawn", () => {
  const grid = new Float64Array(24);
  grid[1 * 4 + 0] = 3;
  grid[2 * 4 + 3] = 1;
  const flat = { ...scene, model: { ...scene.model, kind: "density", axes: [origin, axis] }, traits: CHART_KINDS.density, bins: [createBins(origin), createBins(axis)], ghost: grid, values: grid, selection: null };
  assert.deepEqual(createTable(flat).rows, [["ATL", "−60 to −1", "3", "3", "100.0\u2009%"], ["No value", "0 to 59", "1", "1", "100.0\u2009%"]]);
  assert.match(describeChart(flat), /1 rows \(25\.0\u2009%\) are outside the axes or have no value\./);
});
