import assert from "node:assert/strict";
import { test } from "node:test";
import { createBins, intervalFromCell, sameAxis, sameSelection, selectionFromRanges, rangesFromSelection } from "../../assets/charts/bins.js";
import { pixelToBoundary, pixelToCode, edgesToFractions, rangeStartToPixel, getBoundaryLimits, createPixelScale, rangeEndToPixel, fractionToValue } from "../../assets/charts/code-scale.js";
import { panDomain, zoomDomain } from "../../assets/charts/zoom-domain.js";

/** 12 fine levels of 5 from 0, in 4 cells. */
export const axis = {
  column: "x", label: "X", type: "linear", integer: true, codes: 15, bins: 7, labels: null, choices: [],
  edges: Float64Array.from({ length: 13 }, (_, i) => i * 5),
  lookup: Uint16Array.from([0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6]),
};
const airports = { column: "o", label: "Origin", type: "category", integer: false, codes: 5, bins: 5, labels: ["ATL", "ORD", "DFW"], choices: [], edges: null, lookup: Uint16Array.from([0, 1, 2, 3, 4]) };
const slot = (start, end) => ({ start, end });
const bare = { start: 100, size: 120, fractions: edgesToFractions(axis.edges, [0, 60], "linear"), below: null, above: null, none: null };
const full = { ...bare, below: slot(60, 90), above: slot(230, 260), none: slot(270, 300) };

test("cells of an ordered axis: edges, fine codes, special ones", () => {
  const bins = createBins(axis);
  assert.deepEqual([...bins.edges], [0, 15, 30, 45, 60]);
  assert.deepEqual([...bins.starts], [1, 4, 7, 10, 13]);
  assert.deepEqual([bins.below, bins.above, bins.none, bins.other, bins.first, bins.count], [0, 5, 6, -1, 1, 4]);
});

test("cells of a category and of a boolean", () => {
  const bins = createBins(airports);
  assert.deepEqual([bins.first, bins.count, bins.other, bins.none, bins.below], [0, 3, 3, 4, -1]);
  const truth = createBins({ ...airports, type: "boolean", codes: 3, bins: 3, labels: null });
  assert.deepEqual([truth.labels, truth.other, truth.none], [["false", "true"], -1, 2]);
});

test("a click on any cell selects exactly its codes", () => {
  const bins = createBins(axis);
  assert.deepEqual(intervalFromCell(bins, 2), { type: "interval", from: 4, to: 7 });
  assert.deepEqual(intervalFromCell(bins, 0), { type: "interval", from: 0, to: 1 });
  assert.deepEqual(intervalFromCell(bins, 5), { type: "interval", from: 13, to: 14 });
  assert.deepEqual(intervalFromCell(bins, 6), { type: "interval", from: 0, to: 0, nulls: true });
});

test("selections become spans and spans selections", () => {
  const box = { type: "box", x: { from: 1, to: 3 }, y: { from: 2, to: 5 } };
  assert.deepEqual(selectionFromRanges(rangesFromSelection(box), false), box);
  const interval = { type: "interval", from: 2, to: 9, nulls: true };
  assert.deepEqual(selectionFromRanges(rangesFromSelection(interval), true), interval);
  assert.deepEqual(rangesFromSelection({ type: "interval", from: 0, to: 0, nulls: true }), [null]);
  assert.deepEqual(rangesFromSelection(null), []);
});

test("equal selections are seen as equal, whatever their objects", () => {
  assert.ok(sameSelection({ type: "interval", from: 1, to: 2 }, { type: "interval", from: 1, to: 2, nulls: false }));
  assert.ok(!sameSelection({ type: "interval", from: 1, to: 2 }, { type: "interval", from: 1, to: 2, nulls: true }));
  assert.ok(sameSelection({ type: "members", codes: [2, 1] }, { type: "members", codes: [1, 2] }));
  assert.ok(!sameSelection({ type: "members", codes: [1] }, null));
  assert.ok(!sameSelection({ type: "box", x: { from: 1, to: 2 }, y: { from: 1, to: 2 } }, { type: "box", x: { from: 1, to: 2 }, y: { from: 1, to: 3 } }));
});

test("an axis decoded again is the same axis, another is not", () => {
  assert.ok(sameAxis(axis, structuredClone(axis)));
  assert.ok(!sameAxis(axis, { ...axis, edges: axis.edges.map((edge) => edge + 1) }));
  assert.ok(!sameAxis(axis, { ...airports, column: "x", label: "X" }));
});

test("every boundary goes to a pixel and back", () => {
  for (const track of [bare, full]) {
    const [low, high] = getBoundaryLimits(track);
    for (let boundary = low; boundary < high; boundary++) assert.equal(pixelToBoundary(track, rangeStartToPixel(track, boundary)), boundary);
    for (let boundary = low + 1; boundary <= high; boundary++) assert.equal(pixelToBoundary(track, rangeEndToPixel(track, boundary)), boundary);
  }
});

test("only a pull past the middle of an overflow bar takes it along", () => {
  assert.deepEqual(getBoundaryLimits(bare), [1, 13]);
  assert.deepEqual(getBoundaryLimits(full), [0, 14]);
  assert.equal(pixelToBoundary(bare, -500), 1);
  assert.equal(pixelToBoundary(bare, 5000), 13);
  assert.equal(pixelToBoundary(full, 80), 1);
  assert.equal(pixelToBoundary(full, 70), 0);
  assert.equal(pixelToBoundary(full, 240), 13);
  assert.equal(pixelToBoundary(full, 250), 14);
});

test("every pixel knows its code; gaps and the outside have none", () => {
  for (let code = 1; code <= 12; code++) assert.equal(pixelToCode(full, 100 + (code - 0.5) * 10), code);
  assert.deepEqual([70, 95, 99.9, 220, 240, 265, 280, 301].map((pixel) => pixelToCode(full, pixel)), [0, -1, -1, -1, 13, -1, 14, -1]);
});

test("an axis that runs upwards", () => {
  const up = { ...bare, start: 200, size: -100 };
  assert.equal(rangeStartToPixel(up, 1), 200);
  assert.equal(rangeEndToPixel(up, 13), 100);
  assert.equal(pixelToCode(up, 199), 1);
  assert.equal(pixelToCode(up, 101), 12);
  assert.equal(pixelToBoundary(up, 150), 7);
});

test("months keep their unequal lengths, logarithms their ratios", () => {
  const months = Float64Array.from({ length: 4 }, (_, i) => Date.UTC(2001, i, 1));
  const places = edgesToFractions(months, [months[0], months[3]], "time");
  assert.ok(Math.abs(places[1] - 31 / 90) < 1e-12 && Math.abs(places[2] - 59 / 90) < 1e-12);
  assert.deepEqual([...edgesToFractions(Float64Array.of(1, 10, 100), [1, 100], "log")], [0, 0.5, 1]);
  assert.ok(Math.abs(fractionToValue(0.5, [1, 100], "log") - 10) < 1e-12);
  assert.ok(Math.abs(createPixelScale([1, 100], "log", 0, 200)(10) - 100) < 1e-9);
});

test("zoom holds the place under the pointer and stops before nothing is left", () => {
  const ratio = { ...axis, integer: false };
  assert.deepEqual(zoomDomain(ratio, [0, 60], 0.5, 0.5), [15, 45]);
  assert.deepEqual(zoomDomain(ratio, [0, 60], 0, 0.5), [0, 30]);
  assert.deepEqual(zoomDomain(ratio, [0, 60], 1, 2), [-60, 60]);
  assert.deepEqual(zoomDomain(axis, [0, 60], 0.5, 0.01), [0, 60]);
  const log = zoomDomain({ ...axis, type: "log" }, [1, 10_000], 0.5, 0.5);
  assert.ok(Math.abs(log[0] - 10) < 1e-9 && Math.abs(log[1] - 1000) < 1e-6);
});

test("pan shifts by a share of the domain", () => {
  assert.deepEqual(panDomain(axis, [0, 60], 0.5), [30, 90]);
  const log = panDomain({ ...axis, type: "log" }, [1, 100], 0.5);
  assert.ok(Math.abs(log[0] - 10) < 1e-9 && Math.abs(log[1] - 1000) < 1e-6);
});
