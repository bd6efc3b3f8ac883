import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsFromFilters } from "../../assets/explore/share-conditions.js";

test("the filters on screen become conditions on columns, a box one an axis", () => {
  const views = [{ id: "a", columns: ["city"] }, { id: "b", columns: ["x", "y"] }, { id: "c", columns: ["z"] }];
  const members = { type: "members", values: ["Rome"], other: false, nulls: false };
  const box = { type: "box", x: { lo: 1, hi: 2 }, y: { lo: null, hi: 3 } };
  assert.deepEqual(conditionsFromFilters({ views, filters: { a: members, b: box } }), [
    { column: "city", filter: members },
    { column: "x", filter: { type: "interval", lo: 1, hi: 2, nulls: false } },
    { column: "y", filter: { type: "interval", lo: null, hi: 3, nulls: false } },
  ]);
});
