/** The foreground of a histogram: the rows that pass the filters, and the brush. Painted in every frame of a drag. */

/** @import {Domain, PlotFrame, IntervalSelection, Scene, CodeScale} from "./types.js" */
/** @import {BarLayout} from "./histogram-bars.js" */

import { paintBars, paintOverflowNotches, paintSpecialBars, paintStepLine } from "./histogram-bars.js";
import { isAdditive } from "./aggregates.js";
import { drawHandle, drawTag } from "./canvas-primitives.js";
import { rangeStartToPixel, rangeEndToPixel } from "./code-scale.js";
import { formatBounds } from "./labels.js";

/** Opacity of rows outside the brush. */
const OUTSIDE_OPACITY = 0.6;

/** @typedef {{bars: BarLayout, codeScale: CodeScale, values: Domain, hatches: {selected: CanvasPattern, context: CanvasPattern}}} HistogramLayout */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {HistogramLayout} parts
 */
export function drawHistogramForeground(context, scene, parts) {
  const selection = scene.selection?.type === "interval" ? scene.selection : null;
  const brushed = selection !== null && selection.from < selection.to;
  const left = brushed ? rangeStartToPixel(parts.codeScale, selection.from) : selection ? 0 : -Infinity;
  const right = brushed ? rangeEndToPixel(parts.codeScale, selection.to) : selection ? 0 : Infinity;
  if (brushed) fillRange(context, scene, parts.bars.frame, left, right, scene.theme.selected, 0.1);
  drawHover(context, scene, parts.bars);
  context.globalAlpha = scene.state === "approximate" ? 0.7 : 1;
  if (scene.shown) drawValues(context, scene, parts, scene.shown, selection, left, right);
  context.globalAlpha = 1;
  if (brushed) drawBrush(context, scene, parts, selection, left, right);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {HistogramLayout} parts @param {Float64Array} cells
 * @param {IntervalSelection | null} selection @param {number} left @param {number} right */
function drawValues(context, scene, parts, cells, selection, left, right) {
  const { theme, bins: [bins] } = scene;
  if (!isAdditive(scene.model.measure)) return drawLevels(context, scene, parts, cells, left, right);
  const { bars, codeScale, values, hatches } = parts;
  if (selection) {
    context.globalAlpha *= OUTSIDE_OPACITY;
    context.fillStyle = theme.context;
    paintBars(context, bins, bars, cells, -Infinity, Infinity);
    context.fillStyle = hatches.context;
    paintSpecialBars(context, bins, bars, cells, true, true, true);
    context.globalAlpha /= OUTSIDE_OPACITY;
  }
  context.fillStyle = theme.selected;
  paintBars(context, bins, bars, cells, left, right);
  context.fillStyle = hatches.selected;
  const beyond = !selection || selection.to > codeScale.fractions.length;
  paintSpecialBars(context, bins, bars, cells, !selection || selection.from < Math.min(1, selection.to), beyond, !selection || !!selection.nulls);
  context.fillStyle = theme.surface;
  return paintOverflowNotches(context, bars, cells, values);
}

/** Draws means, minima and maxima as a line, as they are levels, not amounts.
 * @param {CanvasRenderingContext2D} context @param {Scene} scene @param {HistogramLayout} parts @param {Float64Array} cells
 * @param {number} left @param {number} right */
function drawLevels(context, scene, { bars }, cells, left, right) {
  const { theme, bins: [bins] } = scene;
  context.lineWidth = 2;
  context.strokeStyle = scene.selection ? theme.context : theme.selected;
  paintStepLine(context, bins, bars, cells);
  if (!scene.selection || right <= left) return;
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, bars.frame.bottom + 2);
  context.clip();
  context.strokeStyle = theme.selected;
  paintStepLine(context, bins, bars, cells);
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {BarLayout} bars */
function drawHover(context, scene, bars) {
  if (scene.hoveredCell < 0 || scene.isDragging) return;
  const x = bars.x[scene.hoveredCell];
  fillRange(context, scene, bars.frame, x, x + bars.width[scene.hoveredCell], scene.theme.text, 0.07);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {PlotFrame} frame @param {number} left @param {number} right
 * @param {string} colour @param {number} alpha */
function fillRange(context, scene, frame, left, right, colour, alpha) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.fillRect(left, frame.top, right - left, frame.bottom - frame.top);
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {HistogramLayout} parts @param {IntervalSelection} selection
 * @param {number} left @param {number} right */
function drawBrush(context, scene, { bars: { frame } }, selection, left, right) {
  const { theme, bins: [bins] } = scene;
  drawHandle(context, theme, left, frame.top, left, frame.bottom);
  drawHandle(context, theme, right, frame.top, right, frame.bottom);
  if (!scene.isDragging) return;
  const [from, to] = formatBounds(bins.axis, selection.from, selection.to);
  drawBoundTags(context, scene, frame, from, left, to, right);
}

/** Draws the tags of both bounds side by side, without overlap. @param {CanvasRenderingContext2D} context @param {Scene} scene @param {PlotFrame} frame
 * @param {string} from @param {number} left @param {string} to @param {number} right */
function drawBoundTags(context, scene, frame, from, left, to, right) {
  context.font = scene.theme.fontSmall;
  const [first, second] = [context.measureText(from).width + 8, context.measureText(to).width + 8];
  const middle = Math.max(first, Math.min(scene.width - second, (left + right) / 2 + (first - second) / 4));
  const apart = left + first / 2 + 2 <= right - second / 2;
  drawTag(context, scene.theme, from, left, frame.bottom + 3, 0, apart ? scene.width : middle - 1);
  drawTag(context, scene.theme, to, right, frame.bottom + 3, apart ? 0 : middle + 1, scene.width);
}
