/** Axes: as many ticks as there is room for, and labels that never overlap. */

/** @import {AxisBins, ChartAxis, Domain, PlotFrame, Scene} from "./types.js" */
/** @import {Tick, AxisTicks} from "./ticks.js" */
/** @typedef {{start: number, end: number}} LabelSpan */

import { drawHairline } from "./canvas-primitives.js";
import { measureTextWidth } from "./text-width.js";
import { createDegreeTicks, createLinearTicks, createLogTicks } from "./ticks.js";
import { DAY, isCountedInDays } from "./time-format.js";
import { createTimeTicks } from "./time-ticks.js";

/** The height of a label on a left axis, pixels. */
const LABEL_HEIGHT = 12;

/**
 * @param {AxisBins} bins
 * @param {Domain} domain
 * @param {number} pixels
 * @param {number} gap pixels a tick should have
 * @param {"x" | "y" | null} degrees
 * @returns {AxisTicks}
 */
export function createTicks(bins, domain, pixels, gap, degrees) {
  const count = Math.max(2, Math.floor(pixels / gap));
  if (bins.labels) return { ticks: createCategoryTicks(bins.labels, count), contexts: [] };
  if (bins.axis.type === "time") return createTimeTicks(domain, count, getShortestUnit(bins.axis));
  if (degrees) return { ticks: createDegreeTicks(domain, count, degrees === "y"), contexts: [] };
  const ticks = bins.axis.type === "log" ? createLogTicks(domain, count) : createLinearTicks(domain, count, bins.axis.integer);
  return { ticks, contexts: [] };
}

/** A day on axes that count in days, such as those of dates; milliseconds. @param {ChartAxis} axis */
function getShortestUnit({ edges }) {
  return edges && isCountedInDays(edges) ? DAY : 0;
}

/** Ticks of categories, in the middle of their bands. @param {string[]} labels @param {number} count @returns {Tick[]} */
function createCategoryTicks(labels, count) {
  const every = Math.ceil(labels.length / count);
  return labels.map((label, i) => ({ value: i + 0.5, label })).filter((_, i) => i % every === 0);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {PlotFrame} frame
 * @param {AxisTicks} ticks
 * @param {(value: number) => number} toPixel value -> pixel
 * @param {LabelSpan[]} taken pixel ranges of the labels of overflow bins
 */
export function drawBottomAxis(context, scene, frame, { ticks, contexts }, toPixel, taken) {
  const { theme, ratio } = scene;
  const calendar = contexts.length > 0;
  const free = [...taken];
  context.font = theme.font;
  context.textAlign = "left";
  context.textBaseline = "top";
  for (const { value, label, isMinor } of sortByRank(ticks)) {
    const x = toPixel(value);
    if (x < frame.left - 0.5 || x > frame.right + 0.5) continue;
    drawHairline(context, ratio, x, frame.bottom, x, frame.bottom + (calendar ? 6 : 4), theme.axis);
    const width = measureTextWidth(label, theme.font);
    const starts = calendar ? [x + 3] : listStarts(x - width / 2, scene.width - width, isMinor === false);
    const start = starts.find((place) => reserveSpan(free, place, place + width, scene.width));
    if (start !== undefined) drawText(context, theme.textWeak, label, start, frame.bottom + (calendar ? 4 : 6));
  }
  drawContextLabels(context, scene, frame, contexts, toPixel);
}

/**
 * Where the label of a tick may start: below the middle of it, or nearer to the middle of the chart at its edges.
 * @param {number} centred @param {number} last @param {boolean} isMovable whether it may give way to a label of an overflow bin
 */
function listStarts(centred, last, isMovable) {
  const start = Math.max(0, Math.min(last, centred));
  return isMovable ? [start, start + 6, start + 12] : [start];
}

/** The ticks in the order in which they get room for their labels. @param {Tick[]} ticks */
function sortByRank(ticks) {
  return [...ticks.filter((tick) => !tick.isMinor), ...ticks.filter((tick) => tick.isMinor)];
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {PlotFrame} frame @param {Tick[]} contexts
 * @param {(value: number) => number} toPixel */
function drawContextLabels(context, scene, frame, contexts, toPixel) {
  const { theme, ratio } = scene;
  contexts.forEach(({ value, label }, i) => {
    const x = Math.max(frame.left, toPixel(value));
    const end = i + 1 < contexts.length ? toPixel(contexts[i + 1].value) : Infinity;
    if (i > 0) drawHairline(context, ratio, x, frame.bottom, x, frame.bottom + 28, theme.axis);
    const width = measureTextWidth(label, theme.font) + 6;
    if (x + width <= Math.min(end, scene.width)) drawText(context, theme.text, label, x + 3, frame.bottom + 17);
  });
}

/** @param {CanvasRenderingContext2D} context @param {string} colour @param {string} text @param {number} x @param {number} y */
function drawText(context, colour, text, x, y) {
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** @param {LabelSpan[]} reserved @param {number} start @param {number} end @param {number} width @param {number} [gap] between two labels */
function reserveSpan(reserved, start, end, width, gap = 6) {
  if (start < 0 || end > width || reserved.some((other) => start < other.end + gap && end > other.start - gap)) return false;
  reserved.push({ start, end });
  return true;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {PlotFrame} frame
 * @param {Tick[]} ticks
 * @param {(value: number) => number} toPixel
 * @param {boolean} lines whether each tick has a line across the chart
 */
export function drawLeftAxis(context, scene, frame, ticks, toPixel, lines) {
  const { theme, ratio } = scene;
  context.font = theme.font;
  context.textAlign = "right";
  context.textBaseline = "middle";
  /** @type {LabelSpan[]} */
  const reserved = [];
  for (const { value, label } of sortByRank(ticks)) {
    const y = toPixel(value);
    if (y < frame.top - 0.5 || y > frame.bottom + 0.5) continue;
    if (lines) drawHairline(context, ratio, frame.left, y, frame.right, y, value === 0 ? theme.axis : theme.grid);
    else drawHairline(context, ratio, frame.left - 4, y, frame.left, y, theme.axis);
    if (reserveSpan(reserved, y - LABEL_HEIGHT / 2, y + LABEL_HEIGHT / 2, Infinity, 0)) drawText(context, theme.textWeak, label, frame.left - 6, y + 0.5);
  }
}

/** The width that the labels of a left axis need. @param {Tick[]} ticks @param {string} font */
export function measureLeftAxis(ticks, font) {
  return Math.ceil(Math.max(0, ...ticks.map(({ label }) => measureTextWidth(label, font)))) + 10;
}
