import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBounds, formatRange } from "../../assets/charts/labels.js";
import { formatTime, formatTimeRange, formatYear } from "../../assets/charts/time-format.js";
import { createTicks } from "../../assets/charts/axes.js";
import { createTimeTicks } from "../../assets/charts/time-ticks.js";
import { formatTimeSpan } from "../../assets/explore/number-format.js";
import { createRandom } from "./random.js";

const texts = (ticks) => ticks.map(({ label }) => label);
const DAY = 86_400_000;
const CYCLE = 146_097 * DAY;
/** The first moment of a year; the year before 1 is 0. */
const year = (number) => new Date(0).setUTCFullYear(number, 0, 1);

test("years have all their digits, and those before the first are BC", () => {
  assert.deepEqual([2001, 33, 1, 0, -43, 9999, 10_000, 123_456, -99_999].map((number) => formatYear(year(number))), ["2001", "0033", "0001", "1 BC", "44 BC", "9999", "10000", "123456", "100000 BC"]);
  assert.equal(formatTime(year(33_658)), "Jan 1, 33658");
  assert.equal(formatTimeRange(year(33_658), year(33_660)), "33658 – 33659");
  assert.equal(formatTimeSpan(year(-1), year(0)), "from Jan 1 to Dec 31, 2 BC");
});

test("times beyond the range of a Date are told as well", () => {
  assert.equal(formatYear(1e16), "318857");
  assert.equal(formatTime(year(2001) + 700 * CYCLE), "Jan 1, 282001");
  assert.equal(formatTimeRange(year(2000) - 700 * CYCLE, year(2000) - 699 * CYCLE), "278001 BC – 277602 BC");
  const random = createRandom(3);
  for (let i = 0; i < 3000; i++) {
    const from = Math.floor((random() - 0.5) * 2 * 1.728e16);
    const to = from + Math.floor(10 ** (random() * 15));
    for (const text of [formatTime(from), formatTimeRange(from, to), ...texts(createTimeTicks([from, to], 6).ticks)]) assert.doesNotMatch(text, /NaN|undefined|Invalid/);
  }
});

test("an axis of hundreds of thousands of years has some round years, each with its own label", () => {
  assert.deepEqual(texts(createTimeTicks([-9.2e15, 8.9e15], 8).ticks), ["200000 BC", "100000 BC", "0001", "100000", "200000"]);
  assert.deepEqual(texts(createTimeTicks([year(0), year(10_000)], 6).ticks), ["0001", "2000", "4000", "6000", "8000"]);
  assert.deepEqual(texts(createTimeTicks([year(9990), year(10_030)], 5).ticks), ["9990", "10000", "10010", "10020"]);
});

test("the axis of less than a second has ticks", () => {
  const { ticks, contexts } = createTimeTicks([year(2001) + 120, year(2001) + 480], 4);
  assert.deepEqual(texts(ticks), ["00.200", "00.300", "00.400"]);
  assert.deepEqual(texts(contexts), ["Jan 1, 2001, 00:00"]);
});

test("ranges of milliseconds are told from each other", () => {
  const axis = { column: "t", label: "T", type: "time", integer: false, edges: Float64Array.of(year(2001), year(2001) + 5, year(2001) + 10) };
  assert.equal(formatRange(axis, 1, 2), "Jan 1, 2001, 00:00:00.000 – Jan 1, 2001, 00:00:00.005");
  assert.deepEqual(formatBounds(axis, 1, 2), ["Jan 1, 00:00", "Jan 1, 00:00:00.005"]);
});

test("an axis of dates has no ticks within a day", () => {
  const axis = { type: "time", edges: Float64Array.of(...[24, 25, 26].map((day) => Date.UTC(2024, 1, day))) };
  const domain = /** @type {[number, number]} */ ([axis.edges[0], axis.edges[2]]);
  assert.deepEqual(texts(createTicks(/** @type {any} */ ({ axis, labels: null }), domain, 800, 80, null).ticks), ["24", "25"]);
});
