/** Whom a name in the share dialog means: what was picked, everyone, a person or a group, however it is typed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { foldName, resolveSubject } from "../../assets/explore/subject-picker.js";

/** @type {import("../../assets/explore/subject-picker.js").Subject[]} */
const FOUND = [{ among: "group", name: "Ada L" }, { among: "person", name: "Ada L" }, { among: "group", name: "West coast" }];

test("case, width and spaces don't count, as on the server", () => {
  for (const name of ["Ada L", "ADA  l", " ada l ", "Ａda L"]) assert.equal(foldName(name), "ada l");
});

test("a picked subject is meant as long as the field says so", () => {
  assert.deepEqual(resolveSubject("ADA L", FOUND[0], FOUND), FOUND[0]);
  assert.deepEqual(resolveSubject("west coast", FOUND[0], FOUND), FOUND[2]);
});

test("without a pick, everyone is first, then a person, then a group, then whom only the server knows", () => {
  for (const name of ["everyone", "Everyone signed in"]) assert.deepEqual(resolveSubject(name, null, []), { among: "everyone", name: "" });
  assert.deepEqual(resolveSubject("ada l", null, FOUND), FOUND[1]);
  assert.deepEqual(resolveSubject(" WEST  coast", null, FOUND), FOUND[2]);
  assert.deepEqual(resolveSubject(" ada@example.org ", null, FOUND), { among: "person", name: "ada@example.org" });
});
