/** A grid of cells as one small image, one pixel per cell, scaled onto the chart. */

/** @import {AxisBins, PlotFrame, CodeScale} from "./types.js" */
/**
 * @typedef {{canvas: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, image: ImageData, words: Uint32Array,
 *   strip: OffscreenCanvasRenderingContext2D, nx: number, ny: number, stride: number, offset: number}} Raster
 * strip: a buffer for the image scaled horizontally
 */

/** Pixels per column in the strip. */
const STRIP_COLUMN_WIDTH = 16;

import { edgeToPixel } from "./code-scale.js";

/**
 * @param {AxisBins} x
 * @param {AxisBins} y
 * @returns {Raster}
 */
export function createRaster(x, y) {
  const [nx, ny] = [x.count, y.count];
  const context = createContext(nx, ny);
  const image = context.createImageData(nx, ny);
  const words = new Uint32Array(image.data.buffer);
  const strip = createContext(nx * STRIP_COLUMN_WIDTH, ny);
  const stride = x.axis.bins;
  return { canvas: context.canvas, context, image, words, strip, nx, ny, stride, offset: y.first * stride + x.first };
}

/** @param {number} width @param {number} height */
function createContext(width, height) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext("2d"));
}

/**
 * Colours each cell; those for which `colour` returns 0 stay transparent.
 * @param {Raster} raster
 * @param {Float64Array} cells y-major, special cells included
 * @param {(value: number) => number} colour RGBA word
 */
export function fillRaster(raster, cells, colour) {
  const { words, nx, ny, stride, offset } = raster;
  for (let y = 0; y < ny; y++) {
    const row = (ny - 1 - y) * nx;
    const from = offset + y * stride;
    for (let x = 0; x < nx; x++) words[row + x] = colour(cells[from + x]);
  }
  raster.context.putImageData(raster.image, 0, 0);
}

/**
 * Draws the image scaled onto the chart, each cell at its own position even where cells differ in size (months, years).
 * @param {CanvasRenderingContext2D} context
 * @param {Raster} raster
 * @param {CodeScale} x
 * @param {CodeScale} y
 * @param {boolean} even all cells of each axis are of one size
 */
export function drawRaster(context, raster, x, y, even) {
  context.imageSmoothingEnabled = false;
  const [left, right] = [edgeToPixel(x, 0), edgeToPixel(x, raster.nx)];
  const [bottom, top] = [edgeToPixel(y, 0), edgeToPixel(y, raster.ny)];
  if (even) context.drawImage(raster.canvas, left, top, right - left, bottom - top);
  else drawUnevenRaster(context, raster, x, y);
}

/** Draws the columns into the strip first, then the rows of the strip: one draw call per row and column, not per cell.
 * @param {CanvasRenderingContext2D} context @param {Raster} raster @param {CodeScale} x @param {CodeScale} y */
function drawUnevenRaster(context, raster, x, y) {
  const { canvas, strip, nx, ny } = raster;
  const [left, width] = [edgeToPixel(x, 0), strip.canvas.width];
  const scale = width / (edgeToPixel(x, nx) - left);
  strip.imageSmoothingEnabled = false;
  strip.clearRect(0, 0, width, ny);
  for (let column = 0; column < nx; column++) {
    const start = Math.round((edgeToPixel(x, column) - left) * scale);
    strip.drawImage(canvas, column, 0, 1, ny, start, 0, Math.round((edgeToPixel(x, column + 1) - left) * scale) - start, ny);
  }
  for (let row = 0; row < ny; row++) {
    const top = edgeToPixel(y, row + 1);
    context.drawImage(strip.canvas, 0, ny - 1 - row, width, 1, left, top, width / scale, edgeToPixel(y, row) - top);
  }
}

/** @param {CodeScale} codeScale */
export function hasEvenCells({ fractions }) {
  const size = fractions[1] - fractions[0];
  for (let i = 1; i + 1 < fractions.length; i++) if (Math.abs(fractions[i + 1] - fractions[i] - size) > size * 1e-3) return false;
  return true;
}

/** @param {PlotFrame} frame @param {CodeScale} x @param {CodeScale} y @param {number} column @param {number} row @returns {[number, number, number, number]} */
export function getCellRect(frame, x, y, column, row) {
  const left = Math.max(frame.left, edgeToPixel(x, column));
  const top = Math.max(frame.top, edgeToPixel(y, row + 1));
  return [left, top, Math.min(frame.right, edgeToPixel(x, column + 1)) - left, Math.min(frame.bottom, edgeToPixel(y, row)) - top];
}
