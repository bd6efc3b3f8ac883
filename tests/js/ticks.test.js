import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDegrees, formatDegreeRange } from "../../assets/charts/degrees.js";
import { formatRange } from "../../assets/charts/labels.js";
import { createDegreeTicks, createLinearTicks, createLogTicks } from "../../assets/charts/ticks.js";
import { createRandom } from "./random.js";

const texts = (ticks) => ticks.map(({ label }) => label);
const FACTORS = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 };
const isPowerOfTen = (value) => value === Number(`1e${Math.round(Math.log10(value))}`);
/** A label takes at most this many letters of an axis. */
const MAX_LABEL_LENGTH = 28;

function parseLabel(label) {
  const [, number, unit] = /^(−?[\d,]+(?:\.\d+)?(?:e−?\d+)?)([kMBT]?)$/.exec(label) ?? assert.fail(`${label} is no number`);
  return Number(number.replaceAll(",", "").replaceAll("−", "-")) * (FACTORS[unit] ?? 1);
}

function assertTellsApart(domain, count, ticks) {
  const place = `${domain} by ${count}: ${texts(ticks)}`;
  assert.equal(new Set(texts(ticks)).size, ticks.length, place);
  ticks.forEach(({ value, label }, i) => {
    assert.ok(label.length <= MAX_LABEL_LENGTH, place);
    const near = Math.min(...[ticks[i - 1], ticks[i + 1]].filter(Boolean).map((other) => Math.abs(other.value / 2 - value / 2)), Math.abs(domain[1] / 2 - domain[0] / 2));
    assert.ok(Math.abs(parseLabel(label) / 1 - value) <= near, `${label} stands for ${value}; ${place}`);
  });
}

test("the ticks of any linear axis differ, and say where they are", () => {
  const random = createRandom(13);
  for (let i = 0; i < 20_000; i++) {
    const low = (random() - 0.5) * 10 ** Math.floor(random() * 616 - 308);
    const span = Math.abs(low) * 10 ** (random() * 20 - 14) + (random() < 0.3 ? 10 ** Math.floor(random() * 600 - 300) : 0);
    const domain = [low, low + Math.max(span, 16 * Number.EPSILON * Math.abs(low))];
    if (!(domain[1] > domain[0] && Number.isFinite(domain[1]))) continue;
    const count = 2 + Math.floor(random() * 10);
    assertTellsApart(domain, count, createLinearTicks(domain, count, false));
  }
});

test("axes of odd numbers have ticks that can be told apart", () => {
  const domains = [
    [1717000000000, 1717000900000], [1717000000, 1717003600], [2024000000, 2024000100], [9007199254740980, 9007199254741040], [-3.6e38, 2e37],
    [-3.4028234663852886e38, 3.4028234663852886e38], [5e-324, 3e-322], [-1.7e308, 1.7e308], [1e-9, 9e-9], [0, 1e-300], [1 - 1e-12, 1 + 1e-12], [-1e21, 1e21],
  ];
  for (const domain of domains) {
    for (const count of [2, 4, 8]) {
      const ticks = createLinearTicks(domain, count, false);
      assert.ok(ticks.length >= 2, `${domain}: ${texts(ticks)}`);
      assertTellsApart(domain, count, ticks);
    }
  }
  assert.deepEqual(texts(createLinearTicks([1717000000, 1717003600], 4, true)), ["1,717,000,000", "1,717,001,000", "1,717,002,000", "1,717,003,000"]);
  assert.deepEqual(texts(createLinearTicks([-3.6e38, 2e37], 4, false)), ["−3e38", "−2e38", "−1e38", "0"]);
  assert.deepEqual(texts(createLinearTicks([1.7e18, 1.7e18 + 9e5], 2, true)), ["1,700,000,000,000,000,000", "1,700,000,000,000,500,000"]);
});

test("each decade of a logarithmic axis has a label where there is room, and 2 and 5 if there are few", () => {
  assert.deepEqual(texts(createLogTicks([1, 1000], 4)), ["1", "3", "10", "30", "100", "300", "1,000"]);
  assert.deepEqual(texts(createLogTicks([1, 100], 2)), ["1", "2", "5", "10", "20", "50", "100"]);
  assert.deepEqual(texts(createLogTicks([1, 100], 2).filter(({ isMinor }) => !isMinor)), ["1", "10", "100"]);
  assert.deepEqual(texts(createLogTicks([3, 4.2], 4)), ["3.0", "3.2", "3.4", "3.6", "3.8", "4.0", "4.2"]);
  const random = createRandom(7);
  for (let i = 0; i < 5000; i++) {
    const low = 10 ** (random() * 590 - 295);
    const domain = [low, Math.min(1e300, low * 10 ** (random() ** 4 * 290 + 0.001))];
    const count = 2 + Math.floor(random() * 10);
    const ticks = createLogTicks(domain, count);
    assertTellsApart(domain, count, ticks);
    assert.ok(ticks.length >= 2, `${domain}: ${texts(ticks)}`);
    const decades = Math.floor(Math.log10(domain[1])) - Math.ceil(Math.log10(domain[0])) + 1;
    const labelled = ticks.filter(({ label }) => isPowerOfTen(parseLabel(label))).length;
    if (decades >= 2 && decades + 1 <= count) assert.ok(labelled >= decades, `${domain}: ${texts(ticks)}`);
  }
});

test("degrees have as many decimals as the ticks are close", () => {
  assert.deepEqual(texts(createDegreeTicks([-17.003, -17.001], 2, true)), ["17.003°S", "17.002°S", "17.001°S"]);
  assert.deepEqual([formatDegrees(-98.5, false), formatDegrees(0, true)], ["98.5°W", "0°"]);
  assert.equal(formatDegreeRange(-17.0001, -17.00005, true), "17.0001°S – 17.00005°S");
});

test("ranges of huge and tiny numbers are told apart and short", () => {
  const axis = (edges, type = "linear") => ({ column: "x", label: "X", type, integer: false, edges: Float64Array.from(edges) });
  assert.equal(formatRange(axis([-3.6e38, -3.5e38, -3.4e38]), 0, 1), "< −3.6e38");
  assert.equal(formatRange(axis([1e-12, 2e-12, 3e-12]), 1, 2), "1e−12 to 2e−12");
  assert.equal(formatRange(axis([9007199254740980, 9007199254741000]), 1, 2), "9,007,199,254,740,980 to 9,007,199,254,741,000");
  assert.equal(formatRange(axis([1e15, 1e20, 1e25], "log"), 2, 3), "1e20 to 1e25");
});
