/** One number, and how it stands to that of all rows. */

/** @import {Plot, Scene} from "./types.js" */

import { formatChange, formatNumber, formatShare, isAdditive } from "./format.js";
import { textWidth } from "./canvas-primitives.js";

const LEFT = 4;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function figure(scene) {
  const { width, height, theme } = scene;
  const family = theme.font.slice(theme.font.indexOf(" ") + 1);
  const widest = textWidth(formatNumber(scene.ghost?.[0] ?? 0), `100px ${family}`) / 100;
  const size = Math.max(18, Math.min(44, height * 0.36, (width - 2 * LEFT) / Math.max(3, widest + 0.6)));
  const middle = Math.max(24 + size * 0.6, height * 0.46);
  const font = `550 ${Math.floor(size)}px ${family}`;
  return {
    frame: { left: 0, top: 0, right: width, bottom: height }, tracks: [], rows: [],
    background: (context) => drawTrack(context, scene, middle + size * 0.62),
    foreground: (context) => drawFigure(context, scene, font, middle, size),
    cellAt: () => -1,
  };
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {number} y */
function drawTrack(context, scene, y) {
  if (!isAdditive(scene.model.measure)) return;
  context.fillStyle = scene.theme.ghost;
  context.fillRect(LEFT, y, scene.width - 2 * LEFT, 3);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {string} font @param {number} middle @param {number} size */
function drawFigure(context, scene, font, middle, size) {
  const { theme, values, ghost } = scene;
  if (!values || !ghost) return;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = font;
  context.fillStyle = theme.text;
  context.fillText((scene.state === "approximate" ? "≈ " : "") + formatNumber(values[0]), LEFT, middle);
  const share = values[0] / ghost[0];
  if (isAdditive(scene.model.measure) && share > 0) {
    context.fillStyle = theme.selected;
    context.fillRect(LEFT, middle + size * 0.62, Math.max(1, Math.min(1, share) * (scene.width - 2 * LEFT)), 3);
  }
  context.font = theme.font;
  context.fillStyle = theme.textWeak;
  context.fillText(comparison(scene, values[0], ghost[0]), LEFT, middle + size * 0.62 + 16);
}

/**
 * How the number stands to that of all rows.
 * @param {Scene} scene
 * @param {number} value
 * @param {number} all
 */
export function comparison({ model: { measure } }, value, all) {
  if (value === all) return "all rows";
  if (isAdditive(measure) && all > 0) return `${formatShare(value, all)} of ${formatNumber(all)}`;
  const change = value - all;
  return `all rows ${formatNumber(all)}${Number.isFinite(change) ? ` (${formatChange(change, all)})` : ""}`;
}
