import assert from "node:assert/strict";
import { test } from "node:test";
import { createBins } from "../../assets/charts/bins.js";
import { formatTooltip } from "../../assets/charts/description.js";
import { createFigurePlot, fitNumber } from "../../assets/charts/figure.js";

/** Without a canvas, each letter is 6 pixels wide, whatever the font: 0.06 of its size. */
const room = { width: 160, family: "Inter", size: 44 };
const mean = { aggregate: "mean", column: "x" };

test("a number that fits is shown in full, one that is too long in short", () => {
  assert.deepEqual(fitNumber(1234, "", room), { text: "1,234", size: 44 });
  assert.equal(fitNumber(999000999001049, "", { ...room, width: 18 }).text, "999T");
  assert.equal(fitNumber(-9.35e36, "≈ ", { ...room, width: 9 }).text, "≈ −9.35e36");
});

test("no text of a key figure leaves its card, however narrow", () => {
  for (const value of [5, 1e15 / 3, 2 ** 63, -9357764532559543e21, 1.7e308, -5e-324, 0.000123456789]) {
    for (const width of [60, 120, 300]) {
      const drawn = [];
      const context = { fillRect: () => undefined, fillText: (text) => drawn.push([text, context.font]) };
      const theme = { font: "11px Inter", text: "", textWeak: "", ghost: "", selected: "" };
      const model = { measure: mean, title: "X", measureLabel: "Mean x" };
      createFigurePlot({ width, height: 90, theme, model, bins: [], ghost: Float64Array.of(value), values: Float64Array.of(value * 0.9), state: "exact" }).foreground(context);
      const [[number], [comparison]] = drawn;
      assert.ok(comparison.length * 6 <= width - 8, `${comparison} in ${width}`);
      assert.ok(!number.includes("…"));
    }
  }
});

test("the tooltip of a key figure is the number in full", () => {
  assert.equal(formatTooltip({ bins: [], values: Float64Array.of(999000999001049) }), "999,000,999,001,049");
  assert.equal(formatTooltip({ bins: [createBins({ labels: ["a"], codes: 3, bins: 3 })], values: Float64Array.of(1, 0, 0) }), "");
});
