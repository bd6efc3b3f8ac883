import assert from "node:assert/strict";
import { test } from "node:test";
import { ColumnLayout } from "../../assets/explore/table/column-layout.js";

const EACH = 100;
const wide = new ColumnLayout(Array.from({ length: 200 }, () => EACH));

test("the columns that are seen are drawn, and two beyond each edge", () => {
  assert.deepEqual(wide.getDrawnColumns(0, 1000), { from: 0, to: 12 });
  assert.deepEqual(wide.getDrawnColumns(5000, 1000), { from: 48, to: 62 });
  assert.deepEqual(wide.getDrawnColumns(5050, 1000), { from: 48, to: 63 });
  assert.deepEqual(wide.getDrawnColumns(200 * EACH - 1000, 1000), { from: 188, to: 200 });
});

test("a table that is seen whole is drawn whole", () => {
  assert.deepEqual(new ColumnLayout([80, 120, 300]).getDrawnColumns(0, 1000), { from: 0, to: 3 });
});

test("columns of any width lie side by side", () => {
  const layout = new ColumnLayout([80, 320, 40, 100]);
  assert.deepEqual([0, 1, 2, 3].map((column) => [layout.getLeft(column), layout.getRight(column)]), [[0, 80], [80, 400], [400, 440], [440, 540]]);
  assert.deepEqual(layout.getDrawnColumns(410, 20), { from: 0, to: 4 });
});

test("what is drawn stands where it does among all, and the table is as wide", () => {
  for (const left of [0, 30, 777, 5050, 19_000]) {
    const { from, to } = wide.getDrawnColumns(left, 1000);
    const tracks = wide.getGridTemplate({ from, to }).split(" ").map(parseFloat);
    assert.equal(tracks[0], wide.getLeft(from));
    assert.equal(tracks.length, to - from + 2);
    assert.equal(tracks.reduce((sum, width) => sum + width), 200 * EACH);
  }
});
