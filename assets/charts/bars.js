/** Categories as rows: a name, a bar, a number. */

/** @import {Bins, Frame, Plot, Scene} from "./types.js" */

import { isEmpty } from "./bins.js";
import { formatNumber } from "./format.js";
import { fitText, hatch, textWidth } from "./canvas-primitives.js";
import { drawBehind, drawRows, TOP } from "./category-rows.js";
import { extentOfBins, union, valueDomain } from "./value-domain.js";
import { cellText } from "./labels.js";

const APART = 7;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function bars(scene) {
  const { bins: [bins], theme, ratio, model } = scene;
  const domain = valueDomain(model.measure, union(extentOfBins(bins, scene.ghost), scene.fitted));
  const rows = rowsOf(scene, bins);
  const texts = rows.map(({ cell }) => cellText(bins, cell));
  const frame = frameOf(scene, texts);
  const names = texts.map((text) => fitText(text, theme.font, frame.left - 8));
  const scale = (frame.right - frame.left) / (domain[1] - domain[0]);
  const x = (/** @type {number} */ value) => Math.max(frame.left, Math.min(frame.right, frame.left + (value - domain[0]) * scale));
  const parts = { frame, rows, names, x, zero: x(0), domain };
  const hatches = { selected: hatch(theme.selected, ratio), context: hatch(theme.context, ratio), ghost: hatch(theme.ghost, ratio) };
  const numbers = numberCache(bins.axis.bins);
  return {
    frame, tracks: [], rows,
    background: (context) => drawBehind(context, scene, parts, hatches.ghost),
    foreground: (context) => drawRows(context, scene, parts, hatches, numbers),
    cellAt: (_, y) => rowAt(rows, y + scene.scroll),
  };
}

/** @param {Plot["rows"]} rows @param {number} y */
function rowAt(rows, y) {
  return rows.find((row) => y >= row.top && y < row.top + row.height)?.cell ?? -1;
}

/** Categories in their order; apart from them the rest and the rows without a value, where there are any.
 * @param {Scene} scene @param {Bins} bins @returns {Plot["rows"]} */
function rowsOf(scene, bins) {
  const special = [bins.other, bins.none].filter((cell) => cell >= 0 && scene.ghost && !isEmpty(scene.ghost[cell]));
  const room = scene.height - TOP - 4 - (special.length ? APART : 0);
  const height = Math.max(16, Math.min(26, Math.floor(room / (bins.count + special.length))));
  const ordinary = Array.from({ length: bins.count }, (_, cell) => ({ cell, top: TOP + cell * height, height }));
  const from = TOP + bins.count * height + APART;
  return [...ordinary, ...special.map((cell, i) => ({ cell, top: from + i * height, height }))];
}

/** @param {Scene} scene @param {string[]} texts @returns {Frame} */
function frameOf(scene, texts) {
  const { font } = scene.theme;
  const widest = Math.max(24, ...texts.map((text) => textWidth(text, font)));
  const left = Math.ceil(Math.min(widest, scene.width * 0.36)) + 12;
  const number = Math.max(24, ...[...(scene.ghost ?? [])].map((value) => textWidth(formatNumber(value), font)));
  return { left, top: TOP, right: Math.max(left + 20, scene.width - number - 16), bottom: scene.height };
}

/** Numbers change text only when they change. @param {number} size @returns {(cell: number, value: number) => string} */
function numberCache(size) {
  const last = new Float64Array(size).fill(NaN);
  const texts = new Array(size).fill("–");
  return (cell, value) => {
    if (value !== last[cell]) {
      last[cell] = value;
      texts[cell] = formatNumber(value);
    }
    return texts[cell];
  };
}
