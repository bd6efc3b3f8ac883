import assert from "node:assert/strict";
import { test } from "node:test";
import { findCalendarUnit } from "../../assets/explore/calendar-units.js";

const [from, to] = [Date.UTC(2001, 0, 1), Date.UTC(2001, 6, 2)];

test("a number of bins is told by the calendar unit that makes it", () => {
  const units = [364, 182, 27, 7, 3, 1].map((bins) => findCalendarUnit(from, to, bins));
  assert.deepEqual(units, ["12 hours", "Day", "Week", "Month", "Quarter", "Year"]);
});

test("units cut short by the ends count as well", () => {
  assert.equal(findCalendarUnit(Date.UTC(2001, 5, 30), Date.UTC(2002, 0, 2), 2), "Year");
  assert.equal(findCalendarUnit(Date.UTC(2001, 2, 1, 22), Date.UTC(2001, 2, 2, 1), 12), "15 minutes");
});

test("units of milliseconds and of many years are told", () => {
  assert.equal(findCalendarUnit(from, from + 500, 10), "50 milliseconds");
  assert.equal(findCalendarUnit(Date.UTC(1000, 0), Date.UTC(4000, 0), 30), "100 years");
  assert.equal(findCalendarUnit(8.6399e15, 8.65e15, 1280), "Quarter");
});

test("bins between two units are told by the nearer one", () => {
  assert.equal(findCalendarUnit(from, to, 32), "Week");
});
