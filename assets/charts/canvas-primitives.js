/** Drawing primitives that all kinds of charts use. */

/** @import {PlotFrame, ChartTheme} from "./types.js" */

/** @param {number} pixel @param {number} ratio */
export function snapToPixel(pixel, ratio) {
  return Math.round(pixel * ratio) / ratio;
}

/**
 * A line one device pixel thin.
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 * @param {string} colour
 */
export function drawHairline(context, ratio, x0, y0, x1, y1, colour) {
  const thin = 1 / ratio;
  context.fillStyle = colour;
  context.fillRect(snapToPixel(x0, ratio), snapToPixel(y0, ratio), Math.max(thin, x1 - x0), Math.max(thin, y1 - y0));
}

/**
 * Diagonal stripes that mark a bar of rows beyond the axis.
 * @param {string} colour
 * @param {number} ratio
 * @returns {CanvasPattern}
 */
export function createHatchPattern(colour, ratio) {
  const size = Math.round(5 * ratio);
  const tile = new OffscreenCanvas(size, size);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (tile.getContext("2d"));
  context.fillStyle = context.strokeStyle = colour;
  context.globalAlpha = 0.35;
  context.fillRect(0, 0, size, size);
  context.globalAlpha = 1;
  context.lineWidth = size / 3;
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  const pattern = /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

/**
 * One end of a brush: a line and a handle.
 * @param {CanvasRenderingContext2D} context
 * @param {ChartTheme} theme
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 */
export function drawHandle(context, theme, x0, y0, x1, y1) {
  const upright = x0 === x1;
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const [w, h] = upright ? [5, 16] : [16, 5];
  context.strokeStyle = theme.selected;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.beginPath();
  context.roundRect(x - w / 2, y - h / 2, w, h, 2.5);
  context.fillStyle = theme.surface;
  context.fill();
  context.stroke();
}

/**
 * A small label on the chart, kept between left and right.
 * @param {CanvasRenderingContext2D} context
 * @param {ChartTheme} theme
 * @param {string} text
 * @param {number} x its middle
 * @param {number} y its top
 * @param {number} left
 * @param {number} right
 */
export function drawTag(context, theme, text, x, y, left, right) {
  context.font = theme.fontSmall;
  const width = context.measureText(text).width + 8;
  const start = Math.max(left, Math.min(right - width, x - width / 2));
  context.fillStyle = theme.surface;
  context.fillRect(start - 4, y, width + 8, 16);
  context.fillStyle = theme.selected;
  context.beginPath();
  context.roundRect(start, y, width, 15, 3);
  context.fill();
  context.fillStyle = theme.surface;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, start + 4, y + 8);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {ChartTheme} theme
 * @param {PlotFrame} frame
 * @param {string} message
 */
export function drawMessage(context, theme, frame, message) {
  context.font = theme.font;
  context.fillStyle = theme.textWeak;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(message, (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2);
}
