/** A grid of cells as one small picture, one pixel a cell, stretched onto the chart. */

/** @import {Bins, Frame, Track} from "./types.js" */
/**
 * @typedef {{canvas: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, image: ImageData, words: Uint32Array,
 *   strip: OffscreenCanvasRenderingContext2D, nx: number, ny: number, stride: number, offset: number}} Raster
 * strip: room for the picture stretched sideways
 */

/** Pixels a column has in the strip. */
const COLUMN = 16;

import { pixelOfEdge } from "./code-scale.js";

/**
 * @param {Bins} x
 * @param {Bins} y
 * @returns {Raster}
 */
export function createRaster(x, y) {
  const [nx, ny] = [x.count, y.count];
  const context = surface(nx, ny);
  const image = context.createImageData(nx, ny);
  const words = new Uint32Array(image.data.buffer);
  const strip = surface(nx * COLUMN, ny);
  const stride = x.axis.bins;
  return { canvas: context.canvas, context, image, words, strip, nx, ny, stride, offset: y.first * stride + x.first };
}

/** @param {number} width @param {number} height */
function surface(width, height) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext("2d"));
}

/**
 * Colours each cell; those for which `colour` gives 0 stay clear.
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
 * Stretches the picture, each cell to its own place even where cells are of unlike size (months, years).
 * @param {CanvasRenderingContext2D} context
 * @param {Raster} raster
 * @param {Track} x
 * @param {Track} y
 * @param {boolean} even all cells of each axis are of one size
 */
export function drawRaster(context, raster, x, y, even) {
  context.imageSmoothingEnabled = false;
  const [left, right] = [pixelOfEdge(x, 0), pixelOfEdge(x, raster.nx)];
  const [bottom, top] = [pixelOfEdge(y, 0), pixelOfEdge(y, raster.ny)];
  if (even) context.drawImage(raster.canvas, left, top, right - left, bottom - top);
  else drawUneven(context, raster, x, y);
}

/** Columns first, into a strip, then its rows: as many strokes as rows and columns, not as cells.
 * @param {CanvasRenderingContext2D} context @param {Raster} raster @param {Track} x @param {Track} y */
function drawUneven(context, raster, x, y) {
  const { canvas, strip, nx, ny } = raster;
  const [left, width] = [pixelOfEdge(x, 0), strip.canvas.width];
  const scale = width / (pixelOfEdge(x, nx) - left);
  strip.imageSmoothingEnabled = false;
  strip.clearRect(0, 0, width, ny);
  for (let column = 0; column < nx; column++) {
    const start = Math.round((pixelOfEdge(x, column) - left) * scale);
    strip.drawImage(canvas, column, 0, 1, ny, start, 0, Math.round((pixelOfEdge(x, column + 1) - left) * scale) - start, ny);
  }
  for (let row = 0; row < ny; row++) {
    const top = pixelOfEdge(y, row + 1);
    context.drawImage(strip.canvas, 0, ny - 1 - row, width, 1, left, top, width / scale, pixelOfEdge(y, row) - top);
  }
}

/** @param {Track} track */
export function isEven({ fractions }) {
  const size = fractions[1] - fractions[0];
  for (let i = 1; i + 1 < fractions.length; i++) if (Math.abs(fractions[i + 1] - fractions[i] - size) > size * 1e-3) return false;
  return true;
}

/** @param {Frame} frame @param {Track} x @param {Track} y @param {number} column @param {number} row @returns {[number, number, number, number]} */
export function cellRect(frame, x, y, column, row) {
  const left = Math.max(frame.left, pixelOfEdge(x, column));
  const top = Math.max(frame.top, pixelOfEdge(y, row + 1));
  return [left, top, Math.min(frame.right, pixelOfEdge(x, column + 1)) - left, Math.min(frame.bottom, pixelOfEdge(y, row)) - top];
}
