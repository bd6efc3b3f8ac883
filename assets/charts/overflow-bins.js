/** Bins at the ends of an axis for the rows beyond it and those without a value, where there are such rows. */

/** @import {AxisBins, PlotFrame, Scene, PixelRange} from "./types.js" */
/** @typedef {{below: PixelRange | null, above: PixelRange | null, none: PixelRange | null, axisRange: PixelRange}} OverflowBins axisRange: the pixels of the axis itself */

import { isEmptyCell } from "./bins.js";
import { drawHairline } from "./canvas-primitives.js";
import { measureTextWidth } from "./text-width.js";
import { formatCell } from "./labels.js";

const BIN_GAP = 6;

/**
 * @param {Scene} scene
 * @param {PlotFrame} frame
 * @returns {OverflowBins}
 */
export function layoutOverflowBins(scene, frame) {
  const { ghost, bins: [bins] } = scene;
  const getWidth = (/** @type {number} */ cell) =>
    !ghost || isEmptyCell(ghost[cell]) ? 0 : Math.max(14, Math.ceil(measureTextWidth(formatCell(bins, cell), scene.theme.fontSmall)) + 2);
  const below = createPixelRange(frame.left, getWidth(bins.below));
  const none = createPixelRange(frame.right - getWidth(bins.none), getWidth(bins.none));
  const edge = none ? none.start - BIN_GAP : frame.right;
  const above = createPixelRange(edge - getWidth(bins.above), getWidth(bins.above));
  const start = below ? below.end + BIN_GAP : frame.left;
  return { below, above, none, axisRange: { start, end: Math.max(start + 10, above ? above.start - BIN_GAP : edge) } };
}

/** @param {number} start @param {number} width @returns {PixelRange | null} */
function createPixelRange(start, width) {
  return width ? { start, end: start + width } : null;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {PlotFrame} frame
 * @param {OverflowBins} overflowBins
 * @returns {PixelRange[]} the pixels of the labels
 */
export function drawOverflowLabels(context, scene, frame, overflowBins) {
  const { theme, bins: [bins] } = scene;
  context.font = theme.fontSmall;
  context.textAlign = "center";
  context.textBaseline = "top";
  /** @type {[PixelRange | null, number][]} */
  const named = [[overflowBins.below, bins.below], [overflowBins.above, bins.above], [overflowBins.none, bins.none]];
  return named.flatMap(([place, cell]) => (place ? [drawOverflowLabel(context, scene, frame, place, formatCell(bins, cell))] : []));
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {PlotFrame} frame @param {PixelRange} place @param {string} label */
function drawOverflowLabel(context, { theme, ratio }, frame, place, label) {
  drawHairline(context, ratio, place.start, frame.bottom, place.end, frame.bottom, theme.axis);
  context.fillStyle = theme.textWeak;
  context.fillText(label, (place.start + place.end) / 2, frame.bottom + 6);
  return place;
}
