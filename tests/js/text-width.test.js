import assert from "node:assert/strict";
import { test } from "node:test";

/** A canvas on which each letter of Latin is 6 pixels wide, an emoji 12; it counts how often it measures, and how much. */
const measured = { calls: 0, length: 0 };
const isWide = (letter) => letter.codePointAt(0) > 0xffff;
const measureText = (text) => {
  measured.calls++;
  measured.length += text.length;
  return { width: [...text].reduce((width, letter) => width + (isWide(letter) ? 12 : letter === "\u0301" || letter === "\u200D" ? 0 : 6), 0) };
};
globalThis.document = { createElement: () => ({ getContext: () => ({ measureText }) }), fonts: { addEventListener: () => undefined } };
const { measureTextWidth, takeLetters, truncateText } = await import("../../assets/charts/text-width.js");

const family = "👨‍👩‍👧‍👦";
const countMeasuring = (act) => {
  Object.assign(measured, { calls: 0, length: 0 });
  act();
  return { ...measured };
};

test("a text that fits stays, another ends in an ellipsis and fits", () => {
  assert.equal(truncateText("Delay", "a", 30), "Delay");
  assert.equal(truncateText("Departure delay", "a", 60), "Departure…");
  assert.equal(truncateText("Departure delay", "a", 66), "Departure…");
  assert.equal(truncateText("Departure delay", "a", 72), "Departure d…");
  assert.equal(truncateText("Departure delay", "a", 2), "D…");
});

test("no letter is cut in half", () => {
  for (let width = 6; width < 200; width++) {
    assert.match(truncateText(family.repeat(20), "b", width), /^(?:👨‍👩‍👧‍👦)+…$/u);
    assert.match(truncateText("e\u0301".repeat(40), "b", width), /^(?:e\u0301)+…$/u);
  }
  for (let length = 11; length < 60; length++) assert.match(takeLetters(family.repeat(20), length), /^(?:👨‍👩‍👧‍👦)+$/u);
  assert.equal(takeLetters("abc", 3), "abc");
  assert.equal(takeLetters("abcd", 3), "abc");
  assert.equal(takeLetters(`ab${family}`, 5), "ab");
});

test("the longest text is measured a few times, in part, and once", () => {
  const text = "A word of a review. ".repeat(50_000);
  const first = countMeasuring(() => truncateText(text, "c", 120));
  assert.ok(first.calls <= 12 && first.length < 4000, JSON.stringify(first));
  assert.deepEqual(countMeasuring(() => truncateText(text, "c", 120)), { calls: 0, length: 0 });
  const width = countMeasuring(() => measureTextWidth(text, "c"));
  assert.ok(width.calls <= 1 && width.length <= 512, JSON.stringify(width));
  assert.deepEqual(countMeasuring(() => measureTextWidth(text, "c")), { calls: 0, length: 0 });
});

test("a letter without end is told by its beginning", () => {
  assert.ok(takeLetters(`e${"\u0301".repeat(10_000)}`, 300).length <= 300);
  assert.ok(truncateText(`e${"\u0301".repeat(10_000)}`, "d", 50).length <= 600);
});
