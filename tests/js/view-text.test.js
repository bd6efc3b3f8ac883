import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPreciseNumber } from "../../assets/explore/number-format.js";
import { formatFilter, formatFilters, formatViewTitle } from "../../assets/explore/view-text.js";

const column = (name, kind, integer = false) => ({ name, label: name[0].toUpperCase() + name.slice(1), kind, integer });
const description = {
  slug: "flights", name: "Flights", version: "ab", rows: 10,
  columns: [column("delay", "number", true), column("latitude", "number"), column("longitude", "number"), column("date", "time"), column("origin", "category")],
};
const view = (...columns) => ({ id: "v1", columns, scales: [], bins: [], measure: { aggregate: "count", column: null }, title: null, width: 4, height: 2 });
const say = (filter, ...columns) => {
  const { subject, predicate } = formatFilter(filter, view(...columns), description);
  return `${subject} ${predicate}`;
};
const interval = (lo, hi, nulls = false) => ({ type: "interval", lo, hi, nulls });
const members = (values, other = false, nulls = false) => ({ type: "members", values, other, nulls });
const utc = (...parts) => Date.UTC(...parts);

test("whole numbers are told inclusively", () => {
  assert.equal(say(interval(-5, 31), "delay"), "Delay is between −5 and 30");
  assert.equal(say(interval(7, 8), "delay"), "Delay is 7");
  assert.equal(say(interval(1000, null), "delay"), "Delay is at least 1,000");
  assert.equal(say(interval(null, 31, true), "delay"), "Delay is at most 30 or is missing");
  assert.equal(say(interval(0.5, 2), "delay"), "Delay is between 0.5 and 2");
});

test("a unit goes with the number", () => {
  const minutes = { ...description, columns: [{ ...column("delay", "number", true), label: "Delay (min)" }] };
  const { subject, predicate } = formatFilter(interval(-9, 56), view("delay"), minutes);
  assert.equal(`${subject} ${predicate}`, "Delay is between −9 and 55\u00a0min");
});

test("times of a zone are told with the zone that they are shown in", () => {
  const zoned = { ...description, columns: [{ ...column("date", "time"), label: "Date (UTC)" }] };
  const { subject, predicate } = formatFilter(interval(utc(2024, 1, 24, 6), utc(2024, 1, 24, 18)), view("date"), zoned);
  assert.equal(`${subject} ${predicate}`, "Date from Feb 24, 2024, 06:00 to Feb 24, 2024, 18:00\u00a0UTC");
});

test("other numbers are told by their bounds", () => {
  assert.equal(say(interval(30.25, 40), "latitude"), "Latitude is between 30.25 and 40");
  assert.equal(say(interval(null, 40), "latitude"), "Latitude is below 40");
  assert.equal(say(interval(null, null), "latitude"), "Latitude has a value");
  assert.equal(say({ type: "nulls" }, "latitude"), "Latitude is missing");
});

test("times speak calendar", () => {
  assert.equal(say(interval(utc(2001, 2, 1), utc(2001, 3, 16)), "date"), "Date from Mar 1 to Apr 15, 2001");
  assert.equal(say(interval(utc(2000, 11, 31), utc(2001, 0, 2)), "date"), "Date from Dec 31, 2000 to Jan 1, 2001");
  assert.equal(say(interval(utc(2001, 0, 1), utc(2001, 0, 2)), "date"), "Date on Jan 1, 2001");
  assert.equal(say(interval(utc(2001, 0, 1, 12), utc(2001, 0, 2)), "date"), "Date from Jan 1, 2001, 12:00 to Jan 2, 2001");
  assert.equal(say(interval(null, utc(2001, 0, 2)), "date"), "Date until Jan 1, 2001");
  assert.equal(say(interval(utc(2001, 0, 2), null), "date"), "Date from Jan 2, 2001");
});

test("members are listed while they are few", () => {
  assert.equal(say(members(["ATL"]), "origin"), "Origin is ATL");
  assert.equal(say(members(["ATL", "ORD"]), "origin"), "Origin is ATL or ORD");
  assert.equal(say(members(["ATL"], true, true), "origin"), "Origin is ATL, any other value or missing");
  assert.equal(say(members(["A", "B", "C", "D", "E", "F"]), "origin"), "Origin is one of 6: A, B, C, D, …");
});

test("a box names both axes", () => {
  const box = { type: "box", x: { lo: -90, hi: -80 }, y: { lo: 30, hi: null } };
  assert.equal(say(box, "longitude", "latitude"), "Longitude is between −90 and −80, latitude is at least 30");
});

test("sentences follow the order of the views", () => {
  const views = [{ ...view("origin"), id: "b" }, { ...view("delay"), id: "a" }];
  const exploration = { v: 1, dataset: "flights", version: "ab", views, filters: { a: interval(7, 8), b: members(["ATL"]) }, active: null };
  assert.deepEqual(formatFilters(exploration, description), ["Origin is ATL", "Delay is 7"]);
});

test("titles say what is measured of what", () => {
  assert.equal(formatViewTitle(view("delay"), description), "Delay");
  assert.equal(formatViewTitle({ ...view("delay"), title: "Late?" }, description), "Late?");
  assert.equal(formatViewTitle(view(), description), "Rows");
  assert.equal(formatViewTitle(view("longitude", "latitude"), description), "Map");
  assert.equal(formatViewTitle(view("date", "delay"), description), "Delay by date");
  const mean = { ...view("origin"), measure: { aggregate: "mean", column: "delay" } };
  assert.equal(formatViewTitle(mean, description), "Mean delay by origin");
});
