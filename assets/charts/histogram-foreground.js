/** In front of a histogram: what passes the filters, and within it the brush. Painted every frame of a drag. */

/** @import {Domain, Frame, Interval, Scene, Track} from "./types.js" */
/** @import {Columns} from "./histogram-bars.js" */

import { paintCells, paintNotches, paintSpecial, paintSteps } from "./histogram-bars.js";
import { isAdditive } from "./format.js";
import { drawHandle, drawTag } from "./canvas-primitives.js";
import { leading, trailing } from "./code-scale.js";
import { boundTexts } from "./labels.js";

/** How strongly rows outside the brush are shown. */
const OUTSIDE = 0.6;

/** @typedef {{columns: Columns, track: Track, values: Domain, hatches: {selected: CanvasPattern, context: CanvasPattern}}} Parts */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Parts} parts
 */
export function drawSelected(context, scene, parts) {
  const selection = scene.selection?.type === "interval" ? scene.selection : null;
  const brushed = selection !== null && selection.from < selection.to;
  const left = brushed ? leading(parts.track, selection.from) : selection ? 0 : -Infinity;
  const right = brushed ? trailing(parts.track, selection.to) : selection ? 0 : Infinity;
  if (brushed) tint(context, scene, parts.columns.frame, left, right, scene.theme.selected, 0.1);
  drawHover(context, scene, parts.columns);
  context.globalAlpha = scene.state === "approximate" ? 0.7 : 1;
  if (scene.values) drawValues(context, scene, parts, scene.values, selection, left, right);
  context.globalAlpha = 1;
  if (brushed) drawBrush(context, scene, parts, selection, left, right);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Float64Array} cells
 * @param {Interval | null} selection @param {number} left @param {number} right */
function drawValues(context, scene, parts, cells, selection, left, right) {
  const { theme, bins: [bins] } = scene;
  if (!isAdditive(scene.model.measure)) return drawLevels(context, scene, parts, cells, left, right);
  const { columns, track, values, hatches } = parts;
  if (selection) {
    context.globalAlpha *= OUTSIDE;
    context.fillStyle = theme.context;
    paintCells(context, bins, columns, cells, -Infinity, Infinity);
    context.fillStyle = hatches.context;
    paintSpecial(context, bins, columns, cells, true, true, true);
    context.globalAlpha /= OUTSIDE;
  }
  context.fillStyle = theme.selected;
  paintCells(context, bins, columns, cells, left, right);
  context.fillStyle = hatches.selected;
  const beyond = !selection || selection.to > track.fractions.length;
  paintSpecial(context, bins, columns, cells, !selection || selection.from < Math.min(1, selection.to), beyond, !selection || !!selection.nulls);
  context.fillStyle = theme.surface;
  return paintNotches(context, columns, cells, values);
}

/** Means, minima and maxima are levels, not amounts: a line, not an area.
 * @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Float64Array} cells
 * @param {number} left @param {number} right */
function drawLevels(context, scene, { columns }, cells, left, right) {
  const { theme, bins: [bins] } = scene;
  context.lineWidth = 2;
  context.strokeStyle = scene.selection ? theme.context : theme.selected;
  paintSteps(context, bins, columns, cells);
  if (!scene.selection || right <= left) return;
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, columns.frame.bottom + 2);
  context.clip();
  context.strokeStyle = theme.selected;
  paintSteps(context, bins, columns, cells);
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Columns} columns */
function drawHover(context, scene, columns) {
  if (scene.hover < 0 || scene.busy) return;
  const x = columns.x[scene.hover];
  tint(context, scene, columns.frame, x, x + columns.width[scene.hover], scene.theme.text, 0.07);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Frame} frame @param {number} left @param {number} right
 * @param {string} colour @param {number} alpha */
function tint(context, scene, frame, left, right, colour, alpha) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.fillRect(left, frame.top, right - left, frame.bottom - frame.top);
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Interval} selection
 * @param {number} left @param {number} right */
function drawBrush(context, scene, { columns: { frame } }, selection, left, right) {
  const { theme, bins: [bins] } = scene;
  drawHandle(context, theme, left, frame.top, left, frame.bottom);
  drawHandle(context, theme, right, frame.top, right, frame.bottom);
  if (!scene.busy) return;
  const [from, to] = boundTexts(bins.axis, selection.from, selection.to);
  drawTags(context, scene, frame, from, left, to, right);
}

/** Two tags that make way for each other. @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Frame} frame
 * @param {string} from @param {number} left @param {string} to @param {number} right */
function drawTags(context, scene, frame, from, left, to, right) {
  context.font = scene.theme.fontSmall;
  const [first, second] = [context.measureText(from).width + 8, context.measureText(to).width + 8];
  const middle = Math.max(first, Math.min(scene.width - second, (left + right) / 2 + (first - second) / 4));
  const apart = left + first / 2 + 2 <= right - second / 2;
  drawTag(context, scene.theme, from, left, frame.bottom + 3, 0, apart ? scene.width : middle - 1);
  drawTag(context, scene.theme, to, right, frame.bottom + 3, apart ? 0 : middle + 1, scene.width);
}
