import assert from "node:assert/strict";
import { test } from "node:test";
import { estimateRows } from "../../assets/explore/table/memory-estimate.js";

/** @param {import("../../assets/explore/table/cell-format.js").CellValue[][]} rows */
const more = (rows) => estimateRows("", rows) - estimateRows("", []);

test("rows weigh what their values do, and the letters of their texts", () => {
  assert.equal(more([[1, null], [true, 2.5]]), 4 * more([[7]]));
  assert.equal(more([["abcde"]]) - more([[""]]), 10);
});

test("nothing is kept for nothing", () => {
  assert.ok(estimateRows("", []) > 0);
  assert.equal(estimateRows("a key", []) - estimateRows("", []), 10);
});
