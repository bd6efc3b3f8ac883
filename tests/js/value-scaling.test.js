import assert from "node:assert/strict";
import { test } from "node:test";
import { createBins } from "../../assets/charts/bins.js";
import { computeShares, fitShownDomain, getDrawnDomain, getScaling, growShownDomain, scaleGhost } from "../../assets/charts/value-scaling.js";

const axis = {
  column: "x", label: "X", type: "linear", integer: true, codes: 6, bins: 6, labels: null, choices: [],
  edges: Float64Array.of(0, 1, 2, 3), lookup: Uint16Array.of(0, 1, 2, 3, 4, 5),
};
const count = { aggregate: "count", column: null };
const makeScene = (more = {}) => ({
  model: { valueAxis: "selection", measure: count }, bins: [createBins(axis)], ghost: Float64Array.of(0, 100, 200, 50, 0, 900),
  shown: Float64Array.of(0, 1, 4, 2, 0, 9), scaling: "selection", fittedDomain: null, ...more,
});

test("a share is that of the rows of its bin, and none where there are no rows", () => {
  const shares = computeShares(Float64Array.of(0, 1, 4), Float64Array.of(0, 4, 16), new Float64Array(3));
  assert.deepEqual([...shares], [NaN, 25, 25]);
});

test("only amounts that are nowhere negative are shown as shares", () => {
  const scaling = (valueAxis, measure, ghost, bins = [createBins(axis)]) => getScaling({ model: { valueAxis, measure }, ghost, bins });
  const sum = { aggregate: "sum", column: "x" };
  assert.equal(scaling("share", count, Float64Array.of(1, 2)), "share");
  assert.equal(scaling("share", sum, Float64Array.of(1, -2)), "all");
  assert.equal(scaling("share", { aggregate: "mean", column: "x" }, Float64Array.of(1, 2)), "all");
  assert.equal(scaling("selection", sum, Float64Array.of(1, -2)), "selection");
  assert.equal(scaling("selection", count, Float64Array.of(5), []), "all");
});

test("an axis fitted to the selection ends above its highest bar, and the shape of all rows has the same height", () => {
  const scene = makeScene();
  assert.ok(growShownDomain(scene));
  assert.deepEqual(scene.fittedDomain, [1, 4]);
  const domain = getDrawnDomain(scene);
  assert.deepEqual(domain, [0, 4.16]);
  assert.deepEqual([...scaleGhost(scene, domain)].map((value) => Math.round(value * 1000) / 1000), [0, 2, 4, 1, 0, 18]);
  assert.deepEqual(getDrawnDomain(makeScene({ scaling: "all" })), [0, 208]);
  assert.equal(scaleGhost(makeScene({ scaling: "share" }), [0, 100]), null);
});

test("amounts of both signs keep their common zero", () => {
  const scene = makeScene({ model: { valueAxis: "selection", measure: { aggregate: "sum", column: "x" } }, ghost: Float64Array.of(0, -100, 200, 50, 0, 0), shown: Float64Array.of(0, -5, 1, 0, 0, 0) });
  growShownDomain(scene);
  const [low, high] = getDrawnDomain(scene);
  for (const value of scaleGhost(scene, [low, high])) assert.ok(value >= low && value <= high);
  assert.ok(low < -5 && high > 1);
});

test("while a brush moves an axis grows in steps and never shrinks", () => {
  const scene = makeScene();
  growShownDomain(scene);
  let steps = 0;
  let before = scene.fittedDomain[1];
  for (let top = 4; top < 400; top++) {
    scene.shown = Float64Array.of(0, 1, top, 2, 0, 9);
    if (growShownDomain(scene)) steps++;
    assert.ok(scene.fittedDomain[1] >= Math.max(top, before));
    before = scene.fittedDomain[1];
  }
  assert.ok(steps <= Math.ceil(Math.log(100) / Math.log(1.25)) + 1, `${steps} steps`);
  scene.shown = Float64Array.of(0, 1, 4, 2, 0, 9);
  assert.ok(!growShownDomain(scene));
  assert.deepEqual(fitShownDomain(scene), [1, 4]);
});

test("shares are fitted to the largest, and end at 100 %", () => {
  const scene = makeScene({ scaling: "share", shown: Float64Array.of(NaN, 1, 2, 4, NaN, 1), model: { valueAxis: "share", measure: count } });
  growShownDomain(scene);
  assert.deepEqual(scene.fittedDomain, [1, 4]);
  scene.shown[2] = 95;
  growShownDomain(scene);
  assert.deepEqual(scene.fittedDomain, [0, 100]);
});

test("beside all rows the axis is that of all rows, unless values leave it", () => {
  assert.equal(fitShownDomain(makeScene({ scaling: "all", shown: Float64Array.of(0, 60, 80, 50, 0, 9) })), null);
  assert.ok(!growShownDomain(makeScene({ scaling: "all" })));
  assert.deepEqual(fitShownDomain(makeScene({ scaling: "all", shown: Float64Array.of(0, -3, 300, 0, 0, 0) })), [-3, 300]);
});
