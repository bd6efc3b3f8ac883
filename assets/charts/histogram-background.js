/** The background of a histogram: axes, grid and the unfiltered bars. */

/** @import {Domain, PlotFrame, Scene} from "./types.js" */
/** @import {BarLayout} from "./histogram-bars.js" */
/** @import {OverflowBins} from "./overflow-bins.js" */

import { drawBottomAxis, drawLeftAxis, createTicks } from "./axes.js";
import { isEmptyCell } from "./bins.js";
import { paintBarCaps, paintBars, paintOverflowNotches, paintSpecialBars, paintStepLine } from "./histogram-bars.js";
import { isAdditive, isRowCount } from "./aggregates.js";
import { drawMessage, drawHairline, createHatchPattern } from "./canvas-primitives.js";
import { drawOverflowLabels } from "./overflow-bins.js";
import { createLinearTicks } from "./ticks.js";
import { createPixelScale } from "./code-scale.js";

/** @param {Scene} scene @param {Domain} values @param {number} pixels */
export function createValueTicks({ model, scaling }, values, pixels) {
  const count = Math.max(2, Math.floor(pixels / 44));
  if (scaling !== "share") return createLinearTicks(values, count, isRowCount(model.measure));
  return createLinearTicks(values, count, false).map(({ value, label }) => ({ value, label: `${label}\u2009%` }));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {{frame: PlotFrame, domain: Domain, values: Domain, ghost: Float64Array | null, overflowBins: OverflowBins, bars: BarLayout}} parts
 */
export function drawHistogramBackground(context, scene, { frame, domain, values, ghost, overflowBins, bars }) {
  const { theme, ratio, bins: [bins] } = scene;
  const { axisRange } = overflowBins;
  drawLeftAxis(context, scene, frame, createValueTicks(scene, values, frame.bottom - frame.top), bars.y, true);
  const reserved = drawOverflowLabels(context, scene, frame, overflowBins);
  const ticks = createTicks(bins, domain, axisRange.end - axisRange.start, bins.axis.type === "time" ? 44 : 62, null);
  const toPixel = createPixelScale(domain, bins.axis.type, axisRange.start, axisRange.end - axisRange.start);
  if (ghost) paintWithinAxis(context, scene, frame, overflowBins, () => drawGhost(context, scene, bars, ghost, values));
  drawHairline(context, ratio, axisRange.start, bars.zero, axisRange.end, bars.zero, theme.axis);
  drawBottomAxis(context, scene, { ...frame, left: axisRange.start, right: axisRange.end }, ticks, toPixel, reserved);
  if (scene.ghost?.every(isEmptyCell)) drawMessage(context, theme, frame, "No rows");
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {BarLayout} bars @param {Float64Array} ghost @param {Domain} values */
function drawGhost(context, scene, bars, ghost, values) {
  const { theme, ratio, bins: [bins] } = scene;
  context.strokeStyle = theme.context;
  const thin = isAdditive(scene.model.measure) ? 1 / ratio : 1;
  context.lineWidth = thin;
  if (isAdditive(scene.model.measure)) {
    context.fillStyle = theme.ghost;
    paintBars(context, bins, bars, ghost, -Infinity, Infinity);
    context.fillStyle = createHatchPattern(theme.ghost, ratio);
    paintSpecialBars(context, bins, bars, ghost, true, true, true);
    context.fillStyle = theme.surface;
    paintOverflowNotches(context, bars, ghost, values);
    context.fillStyle = theme.context;
    if (bars.gap) return paintBarCaps(context, bins, bars, ghost, thin);
  }
  return paintStepLine(context, bins, bars, ghost);
}

/**
 * Clips to the axis while a zoom is loading: the old bins may reach beyond it.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {PlotFrame} frame
 * @param {OverflowBins} overflowBins
 * @param {() => void} paint
 */
export function paintWithinAxis(context, scene, frame, { axisRange }, paint) {
  if (!scene.zoomDomains[0]) return paint();
  context.save();
  context.beginPath();
  context.rect(axisRange.start, 0, axisRange.end - axisRange.start, frame.bottom + 1);
  context.clip();
  paint();
  return context.restore();
}
