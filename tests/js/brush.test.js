import assert from "node:assert/strict";
import { test } from "node:test";
import { findDragModes, dragRange, moveRangeEnd } from "../../assets/charts/brush.js";
import { toggleCategory, selectCategories } from "../../assets/charts/category-selection.js";

const scale = { start: 0, size: 100, fractions: Float64Array.from({ length: 11 }, (_, i) => i / 10), below: null, above: null, none: null };
const up = { ...scale, start: 100, size: -100 };
const limit = [1, 11];
const range = { from: 3, to: 7 }; // pixels 20..60

test("a press holds an edge, the whole, or nothing", () => {
  const at = (pixel) => findDragModes([scale], [range], [pixel], 8)[0];
  assert.deepEqual([5, 11, 13, 20, 27, 40, 53, 60, 67, 69].map(at), ["make", "make", "from", "from", "from", "move", "to", "to", "to", "make"]);
  assert.deepEqual(findDragModes([scale], [], [50], 8), ["make"]);
});

test("a brush of one bin can still be moved and resized", () => {
  const narrow = { from: 5, to: 6 }; // pixels 40..50
  const at = (pixel) => findDragModes([scale], [narrow], [pixel], 12)[0];
  assert.deepEqual([35, 42, 45, 48, 55].map(at), ["from", "from", "move", "to", "to"]);
});

test("a box is held by corner, side or middle", () => {
  const ranges = [range, { from: 3, to: 7 }]; // y pixels 80..40
  const at = (x, y) => findDragModes([scale, up], ranges, [x, y], 6);
  assert.deepEqual(at(40, 60), ["move", "move"]);
  assert.deepEqual(at(20, 80), ["from", "from"]);
  assert.deepEqual(at(60, 40), ["to", "to"]);
  assert.deepEqual(at(20, 60), ["from", "keep"]);
  assert.deepEqual(at(40, 41), ["keep", "to"]);
  assert.deepEqual(at(90, 60), ["make", "make"]);
});

test("pulls make, move and resize, at least one code wide and within the limits", () => {
  assert.deepEqual(dragRange("make", range, 4, 9, limit), { from: 4, to: 9 });
  assert.deepEqual(dragRange("make", range, 9, 4, limit), { from: 4, to: 9 });
  assert.deepEqual(dragRange("make", range, 11, 11, limit), { from: 10, to: 11 });
  assert.deepEqual(dragRange("make", range, 1, 1, limit), { from: 1, to: 2 });
  assert.deepEqual(dragRange("move", range, 5, 7, limit), { from: 5, to: 9 });
  assert.deepEqual(dragRange("move", range, 5, 99, limit), { from: 7, to: 11 });
  assert.deepEqual(dragRange("move", range, 5, -99, limit), { from: 1, to: 5 });
  assert.deepEqual(dragRange("keep", range, 5, 9, limit), range);
});

test("an end pulled past the other turns round", () => {
  assert.deepEqual(dragRange("from", range, 3, 9, limit), { from: 7, to: 9 });
  assert.deepEqual(dragRange("to", range, 7, 1, limit), { from: 1, to: 3 });
  assert.deepEqual(dragRange("to", range, 7, 3, limit), { from: 3, to: 4 });
});

test("keys move an end bin by bin and never past the other", () => {
  const stops = [0, 1, 4, 7, 10, 13, 14];
  assert.deepEqual(moveRangeEnd({ from: 4, to: 10 }, "from", stops, 1), { from: 7, to: 10 });
  assert.deepEqual(moveRangeEnd({ from: 7, to: 10 }, "from", stops, 1), { from: 7, to: 10 });
  assert.deepEqual(moveRangeEnd({ from: 4, to: 10 }, "to", stops, -10), { from: 4, to: 7 });
  assert.deepEqual(moveRangeEnd({ from: 4, to: 10 }, "to", stops, Infinity), { from: 4, to: 14 });
  assert.deepEqual(moveRangeEnd({ from: 4, to: 10 }, "from", stops, -Infinity), { from: 0, to: 10 });
});

test("an end between bins goes to the next edge, not over it", () => {
  const stops = [1, 4, 7, 10, 13];
  assert.deepEqual(moveRangeEnd({ from: 5, to: 13 }, "from", stops, 1), { from: 7, to: 13 });
  assert.deepEqual(moveRangeEnd({ from: 5, to: 13 }, "from", stops, -1), { from: 4, to: 13 });
  assert.deepEqual(moveRangeEnd({ from: 5, to: 6 }, "from", stops, 1), { from: 4, to: 6 });
});

test("clicks and runs of categories", () => {
  assert.deepEqual(toggleCategory(null, 2, false), { type: "members", codes: [2] });
  assert.equal(toggleCategory({ type: "members", codes: [2] }, 2, false), null);
  assert.deepEqual(toggleCategory({ type: "members", codes: [2, 5] }, 2, false), { type: "members", codes: [2] });
  assert.deepEqual(toggleCategory({ type: "members", codes: [5] }, 2, true), { type: "members", codes: [2, 5] });
  assert.deepEqual(toggleCategory({ type: "members", codes: [2, 5] }, 2, true), { type: "members", codes: [5] });
  assert.equal(toggleCategory({ type: "members", codes: [2] }, 2, true), null);
  assert.deepEqual(selectCategories({ type: "members", codes: [9] }, [3, 2], true), { type: "members", codes: [2, 3, 9] });
  assert.deepEqual(selectCategories({ type: "members", codes: [9] }, [3, 2], false), { type: "members", codes: [2, 3] });
});
