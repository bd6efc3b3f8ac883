/** Density plots: two ordered axes and a colour for every cell of their grid; a map where the axes are degrees. */

/** @import {BoxSelection, Domain, PlotFrame, Plot, Scene, CodeScale} from "./types.js" */
/** @import {Raster} from "./raster.js" */
/** @import {AxisTicks} from "./ticks.js" */
/** @typedef {{frame: PlotFrame, x: CodeScale, y: CodeScale, even: boolean, ghost: Raster, cells: Raster, colour: (value: number) => number,
 *   ticks: AxisTicks[], places: ((value: number) => number)[], range: Domain}} DensityLayout */

import { drawBottomAxis, drawLeftAxis, measureLeftAxis, createTicks } from "./axes.js";
import { isEmptyCell } from "./bins.js";
import { drawOutlines } from "./state-outlines.js";
import { drawHandle, drawMessage } from "./canvas-primitives.js";
import { getCellRect, createRaster, drawRaster, fillRaster, hasEvenCells } from "./raster.js";
import { drawLegend, createColorScale } from "./color-scale.js";
import { pixelToCode, edgesToFractions, rangeStartToPixel, createPixelScale, rangeEndToPixel } from "./code-scale.js";
import { getExtent } from "./value-domain.js";

const TOP = 26;
/** A map is stretched rather than wider or higher than this. */
const MAX_MAP_RATIO = 4;
/** The width of a degree of longitude in degrees of latitude, in the middle of the United States. */
const LONGITUDE_RATIO = Math.cos((38 * Math.PI) / 180);

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function createDensityPlot(scene) {
  const domains = scene.bins.map((_, i) => scene.zoomDomains[i] ?? getDomain(scene, i));
  const frame = layoutFrame(scene, domains);
  const x = createCodeScale(scene, 0, domains[0], frame.left, frame.right - frame.left);
  const y = createCodeScale(scene, 1, domains[1], frame.bottom, frame.top - frame.bottom);
  const { colour, low, high } = createColorScale(scene, scene.fittedDomain ?? (scene.ghost && getExtent(scene.ghost, 0, scene.ghost.length)));
  const places = [x, y].map((codeScale, i) => createPixelScale(domains[i], scene.bins[i].axis.type, codeScale.start, codeScale.size));
  const ticks = [x, y].map((codeScale, i) => createAxisTicks(scene, i, domains[i], Math.abs(codeScale.size)));
  const [ghost, cells] = [createRaster(scene.bins[0], scene.bins[1]), createRaster(scene.bins[0], scene.bins[1])];
  /** @type {DensityLayout} */
  const parts = { frame, x, y, even: hasEvenCells(x) && hasEvenCells(y), ghost, cells, colour, ticks, places, range: [low, high] };
  return {
    frame, codeScales: scene.bins.every((axis) => axis.edges) ? [x, y] : [], rows: [],
    background: (context) => drawBackground(context, scene, parts),
    foreground: (context) => drawCells(context, scene, parts),
    overlay: scene.model.outlines ? (context) => drawOutlines(context, scene, frame, places[0], places[1]) : undefined,
    findCellAt: (px, py) => findCellAt(scene, parts, px, py),
  };
}

/** @param {Scene} scene @param {number} index @returns {Domain} */
function getDomain(scene, index) {
  const { edges, count } = scene.bins[index];
  return edges ? [edges[0], edges[count]] : [0, count];
}

/** @param {Scene} scene @param {number} index @param {Domain} domain @param {number} pixels */
function createAxisTicks(scene, index, domain, pixels) {
  const degrees = scene.model.outlines ? (index ? "y" : "x") : null;
  return createTicks(scene.bins[index], domain, pixels, index ? 40 : 64, degrees);
}

/** @param {Scene} scene @param {Domain[]} domains @returns {PlotFrame} */
function layoutFrame(scene, domains) {
  const bottom = Math.max(TOP + 20, scene.height - (scene.bins[0].axis.type === "time" ? 34 : 22));
  const left = measureLeftAxis(createAxisTicks(scene, 1, domains[1], bottom - TOP).ticks, scene.theme.font);
  const frame = { left, top: TOP, right: Math.max(left + 20, scene.width - 8), bottom };
  return scene.model.outlines ? letterboxFrame(frame, domains) : frame;
}

/** The largest frame within this one that has the aspect ratio of the map, as long as that can be read. @param {PlotFrame} frame @param {Domain[]} domains @returns {PlotFrame} */
function letterboxFrame(frame, [longitude, latitude]) {
  const ratio = Math.max(1 / MAX_MAP_RATIO, Math.min(MAX_MAP_RATIO, ((longitude[1] - longitude[0]) * LONGITUDE_RATIO) / (latitude[1] - latitude[0])));
  const [width, height] = [frame.right - frame.left, frame.bottom - frame.top];
  const used = Math.min(width, height * ratio);
  const [left, top] = [Math.round(frame.left + (width - used) / 2), Math.round(frame.top + (height - used / ratio) / 4)];
  return { left, top, right: Math.round(left + used), bottom: Math.round(top + used / ratio) };
}

/** @param {Scene} scene @param {number} index @param {Domain} domain @param {number} start @param {number} size @returns {CodeScale} */
function createCodeScale(scene, index, domain, start, size) {
  const { edges, count, axis } = scene.bins[index];
  const places = edges ?? Float64Array.from({ length: count + 1 }, (_, i) => i);
  return { start, size, fractions: edgesToFractions(places, domain, axis.type), below: null, above: null, none: null };
}

/** @param {Scene} scene @param {DensityLayout} parts @param {number} px @param {number} py */
function findCellAt(scene, { x, y, frame }, px, py) {
  if (px < frame.left || px > frame.right || py < frame.top || py > frame.bottom) return -1;
  const [column, row] = [pixelToCode(x, px), pixelToCode(y, py)];
  const [xs, ys] = scene.bins;
  return column < 0 || row < 0 ? -1 : (row - 1 + ys.first) * xs.axis.bins + column - 1 + xs.first;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {DensityLayout} parts */
function drawBackground(context, scene, parts) {
  const { frame, ticks, places, ghost } = parts;
  drawLeftAxis(context, scene, frame, ticks[1].ticks, places[1], !scene.model.outlines);
  drawBottomAxis(context, scene, frame, ticks[0], places[0], []);
  if (!scene.ghost) return;
  if (scene.ghost.every(isEmptyCell)) return drawMessage(context, scene.theme, frame, "No rows");
  drawLegend(context, scene, ...parts.range);
  fillRaster(ghost, scene.ghost, (value) => (isEmptyCell(value) ? 0 : 0xffffffff));
  ghost.context.globalCompositeOperation = "source-in";
  ghost.context.fillStyle = scene.theme.ghost;
  ghost.context.fillRect(0, 0, ghost.nx, ghost.ny);
  ghost.context.globalCompositeOperation = "source-over";
  return paintClipped(context, frame.left, frame.top, frame.right, frame.bottom, () => drawRaster(context, ghost, parts.x, parts.y, parts.even));
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {DensityLayout} parts */
function drawCells(context, scene, parts) {
  const { frame, x, y, cells } = parts;
  const box = scene.selection?.type === "box" ? scene.selection : null;
  const paintCells = () => drawRaster(context, cells, x, y, parts.even);
  if (scene.shown) {
    fillRaster(cells, scene.shown, parts.colour);
    context.globalAlpha = box ? 0.22 : scene.state === "approximate" ? 0.75 : 1;
    paintClipped(context, frame.left, frame.top, frame.right, frame.bottom, paintCells);
    context.globalAlpha = 1;
  }
  drawHover(context, scene, parts);
  if (box) drawBrushBox(context, scene, parts, box, paintCells);
}

/** @param {CanvasRenderingContext2D} context @param {number} left @param {number} top @param {number} right @param {number} bottom
 * @param {() => void} paint */
function paintClipped(context, left, top, right, bottom, paint) {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  paint();
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {DensityLayout} parts @param {BoxSelection} box @param {() => void} paint */
function drawBrushBox(context, scene, { frame, x, y }, box, paint) {
  const left = Math.max(frame.left, rangeStartToPixel(x, box.x.from));
  const right = Math.min(frame.right, rangeEndToPixel(x, box.x.to));
  const [top, bottom] = [Math.max(frame.top, rangeEndToPixel(y, box.y.to)), Math.min(frame.bottom, rangeStartToPixel(y, box.y.from))];
  if (scene.values) paintClipped(context, left, top, right, bottom, paint);
  drawHandle(context, scene.theme, left, top, left, bottom);
  drawHandle(context, scene.theme, right, top, right, bottom);
  drawHandle(context, scene.theme, left, top, right, top);
  drawHandle(context, scene.theme, left, bottom, right, bottom);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {DensityLayout} parts */
function drawHover(context, scene, { frame, x, y }) {
  if (scene.hoveredCell < 0 || scene.isDragging) return;
  const [xs, ys] = scene.bins;
  const [row, column] = [Math.floor(scene.hoveredCell / xs.axis.bins) - ys.first, (scene.hoveredCell % xs.axis.bins) - xs.first];
  const [left, top, width, height] = getCellRect(frame, x, y, column, row);
  context.strokeStyle = scene.theme.text;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
}
