import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCategory } from "../../assets/charts/category-names.js";
import { formatFilter } from "../../assets/explore/view-text.js";

const show = (...texts) => texts.map((text) => formatCategory(text).replaceAll("\u00A0", "_"));

test("a category without a visible letter has a name, and each its own", () => {
  assert.deepEqual(show("", " ", "  ", "\t", "\n", "\u200B"), ["(empty)", '"_" (blank)', '"__" (blank)', '"⇥" (blank)', '"↵" (blank)', '"[U+200B]" (blank)']);
  const unseen = ["", " ", "  ", "\t", "\n", "\r", "\u00A0\u2003", "\u200B", "\u200C", "\u200E", "\u2060", "\u2800", "\u3164", "\uFEFF", "\uD83D", "\0", "\u{E0041}"];
  assert.equal(new Set(show(...unseen)).size, unseen.length);
  for (const name of show(...unseen)) assert.match(name, /\w{5,}/);
});

test("what a reader can't see in a text is shown", () => {
  assert.deepEqual(show("a\nb", "a\tb", "a\0b", "fo\u00ADo", "x\u200B", "abc\u202Edef"), ["a↵b", "a⇥b", "a␀b", "fo[U+00AD]o", "x[U+200B]", "abc[U+202E]def"]);
  assert.deepEqual(show(" a", "a ", "a  b", "a b"), ['"_a"', '"a_"', '"a__b"', "a b"]);
});

test("what shapes letters and emoji stays", () => {
  const texts = ["👨‍👩‍👧", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️", "👍🏽", "क्‍ष", "São Paulo", "日本"];
  assert.deepEqual(show(...texts), texts);
  assert.deepEqual(show("می‌خواهم"), ["\u2068می‌خواهم\u2069"]);
});

test("a long text is named by its beginning", () => {
  assert.equal(formatCategory("x".repeat(1e6)), `${"x".repeat(300)}…`);
  assert.equal(formatCategory(" ".repeat(1e6)).length, 300 + 1 + '"" (blank)'.length);
});

test("filters name blank categories", () => {
  const description = { columns: [{ name: "s", label: "S", kind: "category" }] };
  const view = { id: "s", columns: ["s"] };
  const { subject, predicate } = formatFilter({ type: "members", values: [" ", "x".repeat(5000)], other: false, nulls: false }, view, description);
  assert.equal(`${subject} ${predicate}`, `S is "\u00A0" (blank) or ${"x".repeat(80)}…`);
});
