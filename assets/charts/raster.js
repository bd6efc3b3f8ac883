/** A grid of cells as one small picture, one pixel a cell, stretched onto the chart. */

/** @import {Bins, Frame, Track} from "./types.js" */
/**
 * @typedef {{canvas: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, image: ImageData, words: Uint32Array,
 *   nx: number, ny: number, stride: number, offset: number}} Raster
 */

import { pixelOfEdge } from "./track.js";

/**
 * @param {Bins} x
 * @param {Bins} y
 * @returns {Raster}
 */
export function createRaster(x, y) {
  const [nx, ny] = [x.count, y.count];
  const canvas = new OffscreenCanvas(nx, ny);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(nx, ny);
  const words = new Uint32Array(image.data.buffer);
  return { canvas, context, image, words, nx, ny, stride: x.axis.bins, offset: y.first * x.axis.bins + x.first };
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

/** @param {CanvasRenderingContext2D} context @param {Raster} raster @param {Track} x @param {Track} y */
function drawUneven(context, raster, x, y) {
  for (let row = 0; row < raster.ny; row++) {
    const top = pixelOfEdge(y, row + 1);
    const height = pixelOfEdge(y, row) - top;
    for (let column = 0; column < raster.nx; column++) {
      const left = pixelOfEdge(x, column);
      context.drawImage(raster.canvas, column, raster.ny - 1 - row, 1, 1, left, top, pixelOfEdge(x, column + 1) - left, height);
    }
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
