import assert from "node:assert/strict";
import { test } from "node:test";
import { getWidthSample, getColumnWidth, createFormatter } from "../../assets/explore/table/cell-format.js";
import { HEADER_ROW, moveByKey } from "../../assets/explore/table/cell-cursor.js";

const column = (kind) => ({ name: "c", label: "Column", kind });
const written = (kind, values) => values.map(createFormatter(column(kind), values));

test("numbers of a column have the same decimals, as many as they need", () => {
  assert.deepEqual(written("number", [1, -2.5, 1234.25, null]), ["1.00", "−2.50", "1,234.25", "–"]);
  assert.deepEqual(written("number", [3, 1200, -7]), ["3", "1,200", "−7"]);
  assert.deepEqual(written("number", [0.1 + 0.2, 33.939998]), ["0.30", "33.94"]);
});

test("numbers that decimals do not tell are told otherwise", () => {
  assert.deepEqual(written("number", [1.5, 1e-9, 2e20, 0]), ["1.500000", "1e−9", "200000000000000000000", "0.000000"]);
  assert.deepEqual(written("number", ["9007199254740993", 5]), ["9,007,199,254,740,993", "5"]);
});

test("whole numbers are told whole, as they may be what tells rows apart", () => {
  const ids = [1700000000000001, -1700000000000002, 2 ** 53, "9007199254740993"];
  assert.deepEqual(written("number", ids), ["1,700,000,000,000,001", "−1,700,000,000,000,002", "9,007,199,254,740,992", "9,007,199,254,740,993"]);
});

test("a number that needs more decimals than those seen first has them", () => {
  const write = createFormatter(column("number"), [1, 2, 30]);
  assert.deepEqual([2.5, 0.00125, 4, -1e-9].map(write), ["2.5", "0.00125", "4", "−1e−9"]);
});

test("times are told by the calendar, texts as they are", () => {
  assert.deepEqual(written("time", [978307200000, 978350700000]), ["Jan 1, 2001", "Jan 1, 2001, 12:05"]);
  assert.deepEqual(written("time", [-500, 978350700250.125]), ["Dec 31, 1969, 23:59:59.500", "Jan 1, 2001, 12:05:00.250"]);
  assert.deepEqual(written("category", ["ATL", "", " ", "a\nb", null]), ["ATL", "(empty)", "\"\u00A0\" (blank)", "a↵b", "–"]);
  assert.deepEqual(written("boolean", [true, false]), ["true", "false"]);
});

test("a column is as wide as its values or its name, within bounds", () => {
  const measure = (text) => 10 * text.length;
  assert.ok(getColumnWidth(column("number"), ["1"], measure) > measure("Column"));
  assert.ok(getColumnWidth(column("number"), ["1,234,567.25"], measure) > measure("1,234,567.25"));
  assert.ok(getColumnWidth(column("category"), ["x".repeat(500)], measure) < 400);
});

test("a column has room for its least and its greatest number, wherever they are", () => {
  const wide = { ...column("number"), minimum: -1.25, maximum: 1234567890 };
  const values = getWidthSample(wide, [3, null]);
  assert.deepEqual(values.map(createFormatter(wide, values)), ["3.00", "–", "−1.25", "1,234,567,890.00"]);
});

const size = { rows: 100, columns: 4, page: 9 };
const press = (key, held = {}, from = { row: 20, column: 2 }) => moveByKey(from, { key, ...held }, size);

test("the keys lead from cell to cell, and not beyond", () => {
  assert.deepEqual(press("ArrowDown"), { row: 21, column: 2 });
  assert.deepEqual(press("ArrowLeft"), { row: 20, column: 1 });
  assert.deepEqual(press("PageUp"), { row: 11, column: 2 });
  assert.deepEqual(press("PageDown"), { row: 29, column: 2 });
  assert.deepEqual(press("Home"), { row: 20, column: 0 });
  assert.deepEqual(press("End", { ctrlKey: true }), { row: 99, column: 3 });
  assert.deepEqual(press("Home", { metaKey: true }), { row: 0, column: 0 });
  assert.deepEqual(press("ArrowRight", {}, { row: 0, column: 3 }), { row: 0, column: 3 });
  assert.deepEqual(press("PageUp", {}, { row: 3, column: 0 }), { row: 0, column: 0 });
});

test("above the first row are the heads", () => {
  const head = { row: HEADER_ROW, column: 2 };
  assert.deepEqual(press("ArrowUp", {}, { row: 0, column: 2 }), head);
  for (const key of ["ArrowUp", "PageUp"]) assert.deepEqual(press(key, {}, head), head);
  assert.deepEqual(press("ArrowDown", {}, head), { row: 0, column: 2 });
  assert.deepEqual(press("End", {}, head), { row: HEADER_ROW, column: 3 });
  assert.deepEqual(press("Home", { ctrlKey: true }, head), { row: 0, column: 0 });
});

test("where there are no rows the keys stay at the heads", () => {
  const head = { row: HEADER_ROW, column: 1 };
  for (const key of ["ArrowDown", "PageDown", "PageUp"]) assert.deepEqual(moveByKey(head, { key }, { ...size, rows: 0 }), head);
  assert.deepEqual(moveByKey(head, { key: "ArrowLeft" }, { ...size, rows: 0 }), { row: HEADER_ROW, column: 0 });
});

test("other keys are left to others", () => {
  assert.equal(press("ArrowDown", { altKey: true }), null);
  for (const key of ["Enter", "a", "constructor"]) assert.equal(press(key), null);
});
