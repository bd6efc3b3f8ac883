/** Behind a histogram: axes, grid and everything there is. */

/** @import {Domain, Frame, Scene} from "./types.js" */
/** @import {Columns} from "./histogram-bars.js" */
/** @import {Slots} from "./overflow-bins.js" */

import { drawBottomAxis, drawLeftAxis, ticksOf } from "./axes.js";
import { isEmpty } from "./bins.js";
import { paintCaps, paintCells, paintNotches, paintSpecial, paintSteps } from "./histogram-bars.js";
import { isAdditive } from "./format.js";
import { drawMessage, hairline, hatch } from "./canvas-primitives.js";
import { drawSlotLabels } from "./overflow-bins.js";
import { linearTicks } from "./ticks.js";
import { placer } from "./code-scale.js";

/** @param {Scene} scene @param {Domain} values @param {number} pixels */
export function valueTicks({ model }, values, pixels) {
  return linearTicks(values, Math.max(2, Math.floor(pixels / 44)), model.measure.aggregate === "count");
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {{frame: Frame, domain: Domain, values: Domain, slots: Slots, columns: Columns}} parts
 */
export function drawGround(context, scene, { frame, domain, values, slots, columns }) {
  const { theme, ratio, ghost, bins: [bins] } = scene;
  const { line } = slots;
  drawLeftAxis(context, scene, frame, valueTicks(scene, values, frame.bottom - frame.top), columns.y, true);
  const taken = drawSlotLabels(context, scene, frame, slots);
  const ticks = ticksOf(bins, domain, line.end - line.start, bins.axis.type === "time" ? 44 : 62, null);
  const place = placer(domain, bins.axis.type, line.start, line.end - line.start);
  if (ghost) withinLine(context, scene, frame, slots, () => drawGhost(context, scene, columns, ghost, values));
  hairline(context, ratio, line.start, columns.zero, line.end, columns.zero, theme.axis);
  drawBottomAxis(context, scene, { ...frame, left: line.start, right: line.end }, ticks, place, taken);
  if (ghost?.every(isEmpty)) drawMessage(context, theme, frame, "no rows");
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Columns} columns @param {Float64Array} ghost @param {Domain} values */
function drawGhost(context, scene, columns, ghost, values) {
  const { theme, ratio, bins: [bins] } = scene;
  context.strokeStyle = theme.context;
  const thin = isAdditive(scene.model.measure) ? 1 / ratio : 1;
  context.lineWidth = thin;
  if (isAdditive(scene.model.measure)) {
    context.fillStyle = theme.ghost;
    paintCells(context, bins, columns, ghost, -Infinity, Infinity);
    context.fillStyle = hatch(theme.ghost, ratio);
    paintSpecial(context, bins, columns, ghost, true, true, true);
    context.fillStyle = theme.surface;
    paintNotches(context, columns, ghost, values);
    context.fillStyle = theme.context;
    if (columns.gap) return paintCaps(context, bins, columns, ghost, thin);
  }
  return paintSteps(context, bins, columns, ghost);
}

/**
 * While a zoom is on its way old bins may reach beyond the line of the axis.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Frame} frame
 * @param {Slots} slots
 * @param {() => void} paint
 */
export function withinLine(context, scene, frame, { line }, paint) {
  if (!scene.domains[0]) return paint();
  context.save();
  context.beginPath();
  context.rect(line.start, 0, line.end - line.start, frame.bottom + 1);
  context.clip();
  paint();
  return context.restore();
}
