import assert from "node:assert/strict";
import { test } from "node:test";
import { weigh } from "../../assets/explore/table/memory-estimate.js";

/** @param {import("../../assets/explore/table/cell-format.js").Value[][]} rows */
const more = (rows) => weigh("", rows) - weigh("", []);

test("rows weigh what their values do, and the letters of their texts", () => {
  assert.equal(more([[1, null], [true, 2.5]]), 4 * more([[7]]));
  assert.equal(more([["abcde"]]) - more([[""]]), 10);
});

test("nothing is kept for nothing", () => {
  assert.ok(weigh("", []) > 0);
  assert.equal(weigh("a key", []) - weigh("", []), 10);
});
