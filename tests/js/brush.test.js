import assert from "node:assert/strict";
import { test } from "node:test";
import { gripsAt, pull, step } from "../../assets/charts/brush.js";
import { click, select } from "../../assets/charts/category-selection.js";

const track = { start: 0, size: 100, fractions: Float64Array.from({ length: 11 }, (_, i) => i / 10), below: null, above: null, none: null };
const up = { ...track, start: 100, size: -100 };
const limit = [1, 11];
const span = { from: 3, to: 7 }; // pixels 20..60

test("a press holds an edge, the whole, or nothing", () => {
  const at = (pixel) => gripsAt([track], [span], [pixel], 8)[0];
  assert.deepEqual([5, 11, 13, 20, 27, 40, 53, 60, 67, 69].map(at), ["make", "make", "from", "from", "from", "move", "to", "to", "to", "make"]);
  assert.deepEqual(gripsAt([track], [], [50], 8), ["make"]);
});

test("a brush of one bin can still be moved and resized", () => {
  const narrow = { from: 5, to: 6 }; // pixels 40..50
  const at = (pixel) => gripsAt([track], [narrow], [pixel], 12)[0];
  assert.deepEqual([35, 42, 45, 48, 55].map(at), ["from", "from", "move", "to", "to"]);
});

test("a box is held by corner, side or middle", () => {
  const spans = [span, { from: 3, to: 7 }]; // y pixels 80..40
  const at = (x, y) => gripsAt([track, up], spans, [x, y], 6);
  assert.deepEqual(at(40, 60), ["move", "move"]);
  assert.deepEqual(at(20, 80), ["from", "from"]);
  assert.deepEqual(at(60, 40), ["to", "to"]);
  assert.deepEqual(at(20, 60), ["from", "keep"]);
  assert.deepEqual(at(40, 41), ["keep", "to"]);
  assert.deepEqual(at(90, 60), ["make", "make"]);
});

test("pulls make, move and resize, at least one code wide and within the limits", () => {
  assert.deepEqual(pull("make", span, 4, 9, limit), { from: 4, to: 9 });
  assert.deepEqual(pull("make", span, 9, 4, limit), { from: 4, to: 9 });
  assert.deepEqual(pull("make", span, 11, 11, limit), { from: 10, to: 11 });
  assert.deepEqual(pull("make", span, 1, 1, limit), { from: 1, to: 2 });
  assert.deepEqual(pull("move", span, 5, 7, limit), { from: 5, to: 9 });
  assert.deepEqual(pull("move", span, 5, 99, limit), { from: 7, to: 11 });
  assert.deepEqual(pull("move", span, 5, -99, limit), { from: 1, to: 5 });
  assert.deepEqual(pull("keep", span, 5, 9, limit), span);
});

test("an end pulled past the other turns round", () => {
  assert.deepEqual(pull("from", span, 3, 9, limit), { from: 7, to: 9 });
  assert.deepEqual(pull("to", span, 7, 1, limit), { from: 1, to: 3 });
  assert.deepEqual(pull("to", span, 7, 3, limit), { from: 3, to: 4 });
});

test("keys move an end bin by bin and never past the other", () => {
  const stops = [0, 1, 4, 7, 10, 13, 14];
  assert.deepEqual(step({ from: 4, to: 10 }, "from", stops, 1), { from: 7, to: 10 });
  assert.deepEqual(step({ from: 7, to: 10 }, "from", stops, 1), { from: 7, to: 10 });
  assert.deepEqual(step({ from: 4, to: 10 }, "to", stops, -10), { from: 4, to: 7 });
  assert.deepEqual(step({ from: 4, to: 10 }, "to", stops, Infinity), { from: 4, to: 14 });
  assert.deepEqual(step({ from: 4, to: 10 }, "from", stops, -Infinity), { from: 0, to: 10 });
});

test("an end between bins goes to the next edge, not over it", () => {
  const stops = [1, 4, 7, 10, 13];
  assert.deepEqual(step({ from: 5, to: 13 }, "from", stops, 1), { from: 7, to: 13 });
  assert.deepEqual(step({ from: 5, to: 13 }, "from", stops, -1), { from: 4, to: 13 });
  assert.deepEqual(step({ from: 5, to: 6 }, "from", stops, 1), { from: 4, to: 6 });
});

test("clicks and runs of categories", () => {
  assert.deepEqual(click(null, 2, false), { type: "members", codes: [2] });
  assert.equal(click({ type: "members", codes: [2] }, 2, false), null);
  assert.deepEqual(click({ type: "members", codes: [2, 5] }, 2, false), { type: "members", codes: [2] });
  assert.deepEqual(click({ type: "members", codes: [5] }, 2, true), { type: "members", codes: [2, 5] });
  assert.deepEqual(click({ type: "members", codes: [2, 5] }, 2, true), { type: "members", codes: [5] });
  assert.equal(click({ type: "members", codes: [2] }, 2, true), null);
  assert.deepEqual(select({ type: "members", codes: [9] }, [3, 2], true), { type: "members", codes: [2, 3, 9] });
  assert.deepEqual(select({ type: "members", codes: [9] }, [3, 2], false), { type: "members", codes: [2, 3] });
});
