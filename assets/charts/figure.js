/** A key figure: one number, compared with that of all rows. */

/** @import {Plot, Scene} from "./types.js" */

import { isAdditive } from "./aggregates.js";
import { formatChange, formatNumber, formatShare } from "./format.js";
import { measureTextWidth } from "./text-width.js";

const LEFT_PADDING = 4;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function createFigurePlot(scene) {
  const { width, height, theme } = scene;
  const family = theme.font.slice(theme.font.indexOf(" ") + 1);
  const widest = measureTextWidth(formatNumber(scene.ghost?.[0] ?? 0), `100px ${family}`) / 100;
  const size = Math.max(18, Math.min(44, height * 0.36, (width - 2 * LEFT_PADDING) / Math.max(3, widest + 0.6)));
  const middle = Math.max(24 + size * 0.6, height * 0.46);
  const font = `550 ${Math.floor(size)}px ${family}`;
  return {
    frame: { left: 0, top: 0, right: width, bottom: height }, codeScales: [], rows: [],
    background: (context) => drawShareTrack(context, scene, middle + size * 0.62),
    foreground: (context) => drawFigure(context, scene, font, middle, size),
    findCellAt: () => -1,
  };
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {number} y */
function drawShareTrack(context, scene, y) {
  if (!isAdditive(scene.model.measure)) return;
  context.fillStyle = scene.theme.ghost;
  context.fillRect(LEFT_PADDING, y, scene.width - 2 * LEFT_PADDING, 3);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {string} font @param {number} middle @param {number} size */
function drawFigure(context, scene, font, middle, size) {
  const { theme, values, ghost } = scene;
  if (!values || !ghost) return;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = font;
  context.fillStyle = theme.text;
  context.fillText((scene.state === "approximate" ? "≈ " : "") + formatNumber(values[0]), LEFT_PADDING, middle);
  const share = values[0] / ghost[0];
  if (isAdditive(scene.model.measure) && share > 0) {
    context.fillStyle = theme.selected;
    context.fillRect(LEFT_PADDING, middle + size * 0.62, Math.max(1, Math.min(1, share) * (scene.width - 2 * LEFT_PADDING)), 3);
  }
  context.font = theme.font;
  context.fillStyle = theme.textWeak;
  context.fillText(formatComparison(scene, values[0], ghost[0]), LEFT_PADDING, middle + size * 0.62 + 16);
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
