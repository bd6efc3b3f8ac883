/** Axes: ticks chosen for the room there is, labels that never touch. */

/** @import {Bins, Domain, Frame, Scene} from "./types.js" */
/** @import {Tick, Ticks} from "./ticks.js" */
/** @typedef {{start: number, end: number}} Taken */

import { hairline, textWidth } from "./canvas-primitives.js";
import { degreeTicks, linearTicks, logTicks, timeTicks } from "./ticks.js";

/**
 * @param {Bins} bins
 * @param {Domain} domain
 * @param {number} pixels
 * @param {number} gap pixels a tick should have
 * @param {"x" | "y" | null} degrees
 * @returns {Ticks}
 */
export function ticksOf(bins, domain, pixels, gap, degrees) {
  const count = Math.max(2, Math.floor(pixels / gap));
  if (bins.labels) return { ticks: categoryTicks(bins.labels, count), contexts: [] };
  if (bins.axis.type === "time") return timeTicks(domain, count);
  if (degrees) return { ticks: degreeTicks(domain, count, degrees === "y"), contexts: [] };
  const ticks = bins.axis.type === "log" ? logTicks(domain, count) : linearTicks(domain, count, bins.axis.integer);
  return { ticks, contexts: [] };
}

/** Categories stand on the middle of their band. @param {string[]} labels @param {number} count @returns {Tick[]} */
function categoryTicks(labels, count) {
  const every = Math.ceil(labels.length / count);
  return labels.map((label, i) => ({ value: i + 0.5, label })).filter((_, i) => i % every === 0);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Frame} frame
 * @param {Ticks} ticks
 * @param {(value: number) => number} place value -> pixel
 * @param {Taken[]} taken where labels of overflow bars stand
 */
export function drawBottomAxis(context, scene, frame, { ticks, contexts }, place, taken) {
  const { theme, ratio } = scene;
  const calendar = contexts.length > 0;
  const free = [...taken];
  context.font = theme.font;
  context.textAlign = "left";
  context.textBaseline = "top";
  for (const { value, label } of ticks) {
    const x = place(value);
    if (x < frame.left - 0.5 || x > frame.right + 0.5) continue;
    hairline(context, ratio, x, frame.bottom, x, frame.bottom + (calendar ? 6 : 4), theme.axis);
    const width = textWidth(label, theme.font);
    const start = calendar ? x + 3 : x - width / 2;
    if (claim(free, start, start + width, scene.width)) fill(context, theme.textWeak, label, start, frame.bottom + (calendar ? 4 : 6));
  }
  drawContexts(context, scene, frame, contexts, place);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Frame} frame @param {Tick[]} contexts
 * @param {(value: number) => number} place */
function drawContexts(context, scene, frame, contexts, place) {
  const { theme, ratio } = scene;
  contexts.forEach(({ value, label }, i) => {
    const x = Math.max(frame.left, place(value));
    const end = i + 1 < contexts.length ? place(contexts[i + 1].value) : Infinity;
    if (i > 0) hairline(context, ratio, x, frame.bottom, x, frame.bottom + 28, theme.axis);
    const width = textWidth(label, theme.font) + 6;
    if (x + width <= Math.min(end, scene.width)) fill(context, theme.text, label, x + 3, frame.bottom + 17);
  });
}

/** @param {CanvasRenderingContext2D} context @param {string} colour @param {string} text @param {number} x @param {number} y */
function fill(context, colour, text, x, y) {
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** @param {Taken[]} taken @param {number} start @param {number} end @param {number} width */
function claim(taken, start, end, width) {
  if (start < 0 || end > width || taken.some((other) => start < other.end + 6 && end > other.start - 6)) return false;
  taken.push({ start, end });
  return true;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Frame} frame
 * @param {Tick[]} ticks
 * @param {(value: number) => number} place
 * @param {boolean} lines whether each tick has a line across the chart
 */
export function drawLeftAxis(context, scene, frame, ticks, place, lines) {
  const { theme, ratio } = scene;
  context.font = theme.font;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { value, label } of ticks) {
    const y = place(value);
    if (y < frame.top - 0.5 || y > frame.bottom + 0.5) continue;
    if (lines) hairline(context, ratio, frame.left, y, frame.right, y, value === 0 ? theme.axis : theme.grid);
    else hairline(context, ratio, frame.left - 4, y, frame.left, y, theme.axis);
    fill(context, theme.textWeak, label, frame.left - 6, y + 0.5);
  }
}

/** Room that the labels of a left axis need. @param {Tick[]} ticks @param {string} font */
export function leftRoom(ticks, font) {
  return Math.ceil(Math.max(0, ...ticks.map(({ label }) => textWidth(label, font)))) + 10;
}
