/** Room at the ends of an axis for the rows beyond it and those without a value, where there are such rows. */

/** @import {Bins, Frame, Scene, Slot} from "./types.js" */
/** @typedef {{below: Slot | null, above: Slot | null, none: Slot | null, line: Slot}} Slots line: where the axis itself runs */

import { isEmpty } from "./bins.js";
import { hairline, textWidth } from "./canvas-primitives.js";
import { cellText } from "./labels.js";

const GAP = 6;

/**
 * @param {Scene} scene
 * @param {Frame} frame
 * @returns {Slots}
 */
export function slotsOf(scene, frame) {
  const { ghost, bins: [bins] } = scene;
  const room = (/** @type {number} */ cell) =>
    !ghost || isEmpty(ghost[cell]) ? 0 : Math.max(14, Math.ceil(textWidth(cellText(bins, cell), scene.theme.fontSmall)) + 2);
  const below = slot(frame.left, room(bins.below));
  const none = slot(frame.right - room(bins.none), room(bins.none));
  const edge = none ? none.start - GAP : frame.right;
  const above = slot(edge - room(bins.above), room(bins.above));
  const start = below ? below.end + GAP : frame.left;
  return { below, above, none, line: { start, end: Math.max(start + 10, above ? above.start - GAP : edge) } };
}

/** @param {number} start @param {number} room @returns {Slot | null} */
function slot(start, room) {
  return room ? { start, end: start + room } : null;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Frame} frame
 * @param {Slots} slots
 * @returns {Slot[]} where labels stand
 */
export function drawSlotLabels(context, scene, frame, slots) {
  const { theme, bins: [bins] } = scene;
  context.font = theme.fontSmall;
  context.textAlign = "center";
  context.textBaseline = "top";
  /** @type {[Slot | null, number][]} */
  const named = [[slots.below, bins.below], [slots.above, bins.above], [slots.none, bins.none]];
  return named.flatMap(([place, cell]) => (place ? [drawSlotLabel(context, scene, frame, place, cellText(bins, cell))] : []));
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Frame} frame @param {Slot} place @param {string} label */
function drawSlotLabel(context, { theme, ratio }, frame, place, label) {
  hairline(context, ratio, place.start, frame.bottom, place.end, frame.bottom, theme.axis);
  context.fillStyle = theme.textWeak;
  context.fillText(label, (place.start + place.end) / 2, frame.bottom + 6);
  return place;
}
