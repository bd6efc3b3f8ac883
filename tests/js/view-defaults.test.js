import assert from "node:assert/strict";
import { test } from "node:test";
import { guessMeasuredColumn } from "../../assets/explore/view-defaults.js";

const number = (name, distinct, integer = true) => ({ name, label: name, kind: "number", integer, distinct });
const COLUMNS = [number("hour", 24), number("longitude", 300, false), number("delay", 1000), number("distance", 900)];
const measured = (...columns) => guessMeasuredColumn(COLUMNS, { columns }).name;

test("a view is measured by a number that it does not show, rather than by a place or an hour", () => {
  assert.deepEqual([measured(), measured("delay"), measured("delay", "distance")], ["delay", "distance", "hour"]);
  assert.equal(guessMeasuredColumn(COLUMNS.slice(0, 1), { columns: ["hour"] }).name, "hour");
});
