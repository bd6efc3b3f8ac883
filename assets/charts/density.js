/** Two ordered axes and a shade for every cell of their grid; a map where they are degrees. */

/** @import {Box, Domain, Frame, Plot, Scene, Track} from "./types.js" */
/** @import {Raster} from "./raster.js" */
/** @import {Ticks} from "./ticks.js" */
/** @typedef {{frame: Frame, x: Track, y: Track, even: boolean, ghost: Raster, cells: Raster, colour: (value: number) => number,
 *   ticks: Ticks[], places: ((value: number) => number)[], range: Domain}} Parts */

import { drawBottomAxis, drawLeftAxis, leftRoom, ticksOf } from "./axes.js";
import { isEmpty } from "./bins.js";
import { drawOutlines } from "./state-outlines.js";
import { drawHandle, drawMessage } from "./canvas-primitives.js";
import { cellRect, createRaster, drawRaster, fillRaster, isEven } from "./raster.js";
import { drawLegend, shades } from "./color-scale.js";
import { codeAt, fractionsOf, leading, placer, trailing } from "./code-scale.js";
import { extent } from "./value-domain.js";

const TOP = 26;
/** Width of a degree of longitude in degrees of latitude, in the middle of the United States. */
const DEGREE = Math.cos((38 * Math.PI) / 180);

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function density(scene) {
  const domains = scene.bins.map((_, i) => scene.domains[i] ?? domainOf(scene, i));
  const frame = frameOf(scene, domains);
  const x = trackOf(scene, 0, domains[0], frame.left, frame.right - frame.left);
  const y = trackOf(scene, 1, domains[1], frame.bottom, frame.top - frame.bottom);
  const { colour, low, high } = shades(scene.model.measure, scene.ghost && extent(scene.ghost, 0, scene.ghost.length), scene.theme.ramp);
  const places = [x, y].map((track, i) => placer(domains[i], scene.bins[i].axis.type, track.start, track.size));
  const ticks = [x, y].map((track, i) => ticksFor(scene, i, domains[i], Math.abs(track.size)));
  const [ghost, cells] = [createRaster(scene.bins[0], scene.bins[1]), createRaster(scene.bins[0], scene.bins[1])];
  /** @type {Parts} */
  const parts = { frame, x, y, even: isEven(x) && isEven(y), ghost, cells, colour, ticks, places, range: [low, high] };
  return {
    frame, tracks: scene.bins.every((axis) => axis.edges) ? [x, y] : [], rows: [],
    background: (context) => drawGround(context, scene, parts),
    foreground: (context) => drawCells(context, scene, parts),
    overlay: scene.model.outlines ? (context) => drawOutlines(context, scene, frame, places[0], places[1]) : undefined,
    cellAt: (px, py) => cellAt(scene, parts, px, py),
  };
}

/** @param {Scene} scene @param {number} index @returns {Domain} */
function domainOf(scene, index) {
  const { edges, count } = scene.bins[index];
  return edges ? [edges[0], edges[count]] : [0, count];
}

/** @param {Scene} scene @param {number} index @param {Domain} domain @param {number} pixels */
function ticksFor(scene, index, domain, pixels) {
  const degrees = scene.model.outlines ? (index ? "y" : "x") : null;
  return ticksOf(scene.bins[index], domain, pixels, index ? 40 : 64, degrees);
}

/** @param {Scene} scene @param {Domain[]} domains @returns {Frame} */
function frameOf(scene, domains) {
  const bottom = Math.max(TOP + 20, scene.height - (scene.bins[0].axis.type === "time" ? 34 : 22));
  const left = leftRoom(ticksFor(scene, 1, domains[1], bottom - TOP).ticks, scene.theme.font);
  const frame = { left, top: TOP, right: Math.max(left + 20, scene.width - 8), bottom };
  return scene.model.outlines ? letterboxed(frame, domains) : frame;
}

/** The largest frame within this one in which a degree looks right. @param {Frame} frame @param {Domain[]} domains @returns {Frame} */
function letterboxed(frame, [longitude, latitude]) {
  const ratio = ((longitude[1] - longitude[0]) * DEGREE) / (latitude[1] - latitude[0]);
  const [width, height] = [frame.right - frame.left, frame.bottom - frame.top];
  const used = Math.min(width, height * ratio);
  const [left, top] = [Math.round(frame.left + (width - used) / 2), Math.round(frame.top + (height - used / ratio) / 4)];
  return { left, top, right: Math.round(left + used), bottom: Math.round(top + used / ratio) };
}

/** @param {Scene} scene @param {number} index @param {Domain} domain @param {number} start @param {number} size @returns {Track} */
function trackOf(scene, index, domain, start, size) {
  const { edges, count, axis } = scene.bins[index];
  const places = edges ?? Float64Array.from({ length: count + 1 }, (_, i) => i);
  return { start, size, fractions: fractionsOf(places, domain, axis.type), below: null, above: null, none: null };
}

/** @param {Scene} scene @param {Parts} parts @param {number} px @param {number} py */
function cellAt(scene, { x, y, frame }, px, py) {
  if (px < frame.left || px > frame.right || py < frame.top || py > frame.bottom) return -1;
  const [column, row] = [codeAt(x, px), codeAt(y, py)];
  const [xs, ys] = scene.bins;
  return column < 0 || row < 0 ? -1 : (row - 1 + ys.first) * xs.axis.bins + column - 1 + xs.first;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts */
function drawGround(context, scene, parts) {
  const { frame, ticks, places, ghost } = parts;
  drawLeftAxis(context, scene, frame, ticks[1].ticks, places[1], !scene.model.outlines);
  drawBottomAxis(context, scene, frame, ticks[0], places[0], []);
  if (!scene.ghost) return;
  if (scene.ghost.every(isEmpty)) return drawMessage(context, scene.theme, frame, "no rows");
  drawLegend(context, scene, ...parts.range);
  fillRaster(ghost, scene.ghost, (value) => (isEmpty(value) ? 0 : 0xffffffff));
  ghost.context.globalCompositeOperation = "source-in";
  ghost.context.fillStyle = scene.theme.ghost;
  ghost.context.fillRect(0, 0, ghost.nx, ghost.ny);
  ghost.context.globalCompositeOperation = "source-over";
  return within(context, frame.left, frame.top, frame.right, frame.bottom, () => drawRaster(context, ghost, parts.x, parts.y, parts.even));
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts */
function drawCells(context, scene, parts) {
  const { frame, x, y, cells } = parts;
  const box = scene.selection?.type === "box" ? scene.selection : null;
  const paint = () => drawRaster(context, cells, x, y, parts.even);
  if (scene.values) {
    fillRaster(cells, scene.values, parts.colour);
    context.globalAlpha = box ? 0.22 : scene.state === "approximate" ? 0.75 : 1;
    within(context, frame.left, frame.top, frame.right, frame.bottom, paint);
    context.globalAlpha = 1;
  }
  drawHover(context, scene, parts);
  if (box) drawBox(context, scene, parts, box, paint);
}

/** @param {CanvasRenderingContext2D} context @param {number} left @param {number} top @param {number} right @param {number} bottom
 * @param {() => void} paint */
function within(context, left, top, right, bottom, paint) {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  paint();
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Box} box @param {() => void} paint */
function drawBox(context, scene, { frame, x, y }, box, paint) {
  const left = Math.max(frame.left, leading(x, box.x.from));
  const right = Math.min(frame.right, trailing(x, box.x.to));
  const [top, bottom] = [Math.max(frame.top, trailing(y, box.y.to)), Math.min(frame.bottom, leading(y, box.y.from))];
  if (scene.values) within(context, left, top, right, bottom, paint);
  drawHandle(context, scene.theme, left, top, left, bottom);
  drawHandle(context, scene.theme, right, top, right, bottom);
  drawHandle(context, scene.theme, left, top, right, top);
  drawHandle(context, scene.theme, left, bottom, right, bottom);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts */
function drawHover(context, scene, { frame, x, y }) {
  if (scene.hover < 0 || scene.busy) return;
  const [xs, ys] = scene.bins;
  const [row, column] = [Math.floor(scene.hover / xs.axis.bins) - ys.first, (scene.hover % xs.axis.bins) - xs.first];
  const [left, top, width, height] = cellRect(frame, x, y, column, row);
  context.strokeStyle = scene.theme.text;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
}
