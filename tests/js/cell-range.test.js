import assert from "node:assert/strict";
import { test } from "node:test";
import { createRange, formatExactValue, formatTsv, isInRange } from "../../assets/explore/table/cell-range.js";
import { ColumnWidths } from "../../assets/explore/table/column-widths.js";

test("a rectangle reaches from one cell to another, whichever comes first", () => {
  const range = createRange({ row: 5, column: 1 }, { row: 2, column: 3 });
  assert.deepEqual(range, { top: 2, bottom: 5, left: 1, right: 3 });
  assert.ok(isInRange(range, 2, 3) && !isInRange(range, 6, 3) && !isInRange(range, 3, 0) && !isInRange(null, 2, 3));
});

test("copied values are exact", () => {
  assert.equal(formatExactValue(0.1 + 0.2, "number"), "0.30000000000000004");
  assert.equal(formatExactValue("9007199254740993", "number"), "9007199254740993");
  assert.equal(formatExactValue(1234567, "number"), "1234567");
  assert.equal(formatExactValue(Date.UTC(2001, 2, 29, 22), "time"), "2001-03-29T22:00:00Z");
  assert.equal(formatExactValue(Date.UTC(2001, 2, 29, 22, 0, 0, 250), "time"), "2001-03-29T22:00:00.25Z");
  assert.equal(formatExactValue(8.7e15, "time"), "8700000000000000");
  assert.deepEqual([null, undefined, false].map((value) => formatExactValue(value, "boolean")), ["", "", "false"]);
});

test("rows are told as tab-separated values that come back", () => {
  assert.equal(formatTsv([[1, "a\tb"], [null, 'say "x"\n']], ["number", "category"]), '1\t"a\tb"\n\t"say ""x""\n"');
});

test("widths are remembered by dataset and column, within bounds, and whatever was stored", () => {
  const stored = new Map([["dx:widths:a", '{"x": 120, "y": "wide", "z": -5}'], ["dx:widths:b", "{broken"]]);
  const storage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, text) => stored.set(key, text), removeItem: (key) => stored.delete(key) };
  const widths = new ColumnWidths("a", storage);
  assert.deepEqual(["x", "y", "z", "constructor"].map((name) => widths.getWidth(name)), [120, undefined, undefined, undefined]);
  widths.setWidth("y", 3.4);
  widths.setWidth("x", 1e9);
  assert.deepEqual(["x", "y"].map((name) => new ColumnWidths("a", storage).getWidth(name)), [1200, 48]);
  widths.resetWidth("x");
  assert.equal(new ColumnWidths("a", storage).getWidth("x"), undefined);
  assert.equal(new ColumnWidths("b", storage).getWidth("x"), undefined);
});
