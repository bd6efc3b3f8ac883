import assert from "node:assert/strict";
import { test } from "node:test";
import { drawBottomAxis } from "../../assets/charts/axes.js";
import { createLogTicks } from "../../assets/charts/ticks.js";

/** Without a canvas, each letter is 6 pixels wide. */
function drawLabels(ticks, domain, taken) {
  const drawn = [];
  const context = { fillRect: () => undefined, fillText: (text, x) => drawn.push([text, x]) };
  const frame = { left: 30, top: 0, right: 492, bottom: 100 };
  const scene = { theme: { font: "" }, ratio: 1, width: 500 };
  const toPixel = (value) => frame.left + ((Math.log(value) - Math.log(domain[0])) / (Math.log(domain[1]) - Math.log(domain[0]))) * (frame.right - frame.left);
  drawBottomAxis(context, scene, frame, { ticks, contexts: [] }, toPixel, taken);
  return drawn;
}

test("each decade of a log axis is labelled, at its ends and beside an overflow bin too", () => {
  const decades = ["1", "10", "100", "1,000"];
  for (const taken of [[], [{ start: 2, end: 24 }]]) {
    const drawn = drawLabels(createLogTicks([1, 1000], 7), [1, 1000], taken);
    assert.deepEqual(decades.filter((label) => !drawn.some(([text]) => text === label)), []);
    for (const [text, x] of drawn) assert.ok(x >= 0 && x + 6 * text.length <= 500, `${text} at ${x}`);
    const spans = drawn.map(([text, x]) => [x, x + 6 * text.length]).sort(([a], [b]) => a - b);
    spans.slice(1).forEach(([start], i) => assert.ok(start >= spans[i][1]));
  }
});
