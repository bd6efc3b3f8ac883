/** A key figure: one number, compared with that of all rows. */

/** @import {Plot, Scene} from "./types.js" */

import { isAdditive } from "./aggregates.js";
import { formatChange, formatNumber, formatShare, formatShort } from "./format.js";
import { measureTextWidth, truncateText } from "./text-width.js";

const LEFT_PADDING = 4;
/** The smallest and the largest font, pixels. A number that doesn't fit in the smallest is shown in short. */
const [MIN_SIZE, MAX_SIZE] = [18, 44];

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function createFigurePlot(scene) {
  const { width, height, theme } = scene;
  const family = theme.font.slice(theme.font.indexOf(" ") + 1);
  const largest = Math.max(MIN_SIZE, Math.min(MAX_SIZE, height * 0.36));
  const { size } = fitNumber(scene.ghost?.[0] ?? 0, "≈ ", { width: width - 2 * LEFT_PADDING, family, size: largest });
  const middle = Math.max(24 + size * 0.6, height * 0.46);
  return {
    frame: { left: 0, top: 0, right: width, bottom: height }, codeScales: [], rows: [],
    background: (context) => drawShareTrack(context, scene, middle + size * 0.62),
    foreground: (context) => drawFigure(context, scene, { family, middle, size }),
    findCellAt: () => -1,
  };
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {number} y */
function drawShareTrack(context, scene, y) {
  if (!isAdditive(scene.model.measure)) return;
  context.fillStyle = scene.theme.ghost;
  context.fillRect(LEFT_PADDING, y, scene.width - 2 * LEFT_PADDING, 3);
}

/**
 * A number as text, and the size of the font in which it fits: in full if that can be read, otherwise in short.
 * A part of a number would be another number.
 * @param {number} value @param {string} mark before it @param {{width: number, family: string, size: number}} room the size is the largest
 * @returns {{text: string, size: number}}
 */
export function fitNumber(value, mark, { width, family, size }) {
  const fit = (/** @type {string} */ text) => ({ text, size: Math.min(size, width / (measureTextWidth(text, `550 100px ${family}`) / 100)) });
  const full = fit(mark + formatNumber(value));
  return full.size >= MIN_SIZE ? full : fit(mark + formatShort(value));
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {{family: string, middle: number, size: number}} layout */
function drawFigure(context, scene, { family, middle, size }) {
  const { theme, values, ghost } = scene;
  if (!values || !ghost) return;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const width = scene.width - 2 * LEFT_PADDING;
  const number = fitNumber(values[0], scene.state === "approximate" ? "≈ " : "", { width, family, size });
  context.font = `550 ${Math.floor(number.size)}px ${family}`;
  context.fillStyle = theme.text;
  context.fillText(number.text, LEFT_PADDING, middle);
  const share = values[0] / ghost[0];
  if (isAdditive(scene.model.measure) && share > 0) {
    context.fillStyle = theme.selected;
    context.fillRect(LEFT_PADDING, middle + size * 0.62, Math.max(1, Math.min(1, share) * width), 3);
  }
  context.font = theme.font;
  context.fillStyle = theme.textWeak;
  context.fillText(fitComparison(scene, values[0], ghost[0], width), LEFT_PADDING, middle + size * 0.62 + 16);
}

/** The comparison in full if it fits, otherwise in short. @param {Scene} scene @param {number} value @param {number} all @param {number} width */
function fitComparison(scene, value, all, width) {
  const { font } = scene.theme;
  const full = formatComparison(scene, value, all);
  if (measureTextWidth(full, font) <= width) return full;
  const isShare = isAdditive(scene.model.measure) && all > 0;
  return truncateText(isShare ? `${formatShare(value, all)} of ${formatShort(all)}` : `All rows: ${formatShort(all)}`, font, width);
}

/**
 * How the number compares with that of all rows.
 * @param {Scene} scene
 * @param {number} value
 * @param {number} all
 */
export function formatComparison({ model: { measure } }, value, all) {
  if (value === all) return "All rows";
  if (isAdditive(measure) && all > 0) return `${formatShare(value, all)} of ${formatNumber(all)}`;
  const change = value - all;
  return `All rows: ${formatNumber(all)}${Number.isFinite(change) ? ` (${formatChange(change, all)})` : ""}`;
}
