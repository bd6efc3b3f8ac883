/** Categories as rows: a name, a bar, a number. */

/** @import {AxisBins, PlotFrame, Plot, Scene} from "./types.js" */

import { isEmptyCell } from "./bins.js";
import { formatNumber, formatShort } from "./format.js";
import { createHatchPattern } from "./canvas-primitives.js";
import { measureTextWidth, truncateText } from "./text-width.js";
import { drawRowsBackground, drawRows, ROWS_TOP } from "./category-rows.js";
import { formatPercent, getDrawnDomain, scaleGhost } from "./value-scaling.js";
import { formatCell } from "./labels.js";

const SPECIAL_ROWS_GAP = 7;
/** The part of the width that numbers may take in full. */
const MAX_NUMBER_SHARE = 0.3;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function createBarsPlot(scene) {
  const { bins: [bins], theme, ratio } = scene;
  const domain = getDrawnDomain(scene);
  const rows = layoutRows(scene, bins);
  const texts = rows.map(({ cell }) => formatCell(bins, cell));
  const formatValue = chooseNumberFormat(scene);
  const frame = layoutFrame(scene, texts, formatValue);
  const names = texts.map((text) => truncateText(text, theme.font, frame.left - 8));
  const scale = (frame.right - frame.left) / (domain[1] - domain[0]);
  const toPixel = (/** @type {number} */ value) => Math.max(frame.left, Math.min(frame.right, frame.left + (value - domain[0]) * scale));
  const parts = { frame, rows, names, ghost: scaleGhost(scene, domain), x: toPixel, zero: toPixel(0), domain };
  const hatches = { selected: createHatchPattern(theme.selected, ratio), context: createHatchPattern(theme.context, ratio), ghost: createHatchPattern(theme.ghost, ratio) };
  const numbers = createNumberCache(bins.axis.bins, formatValue);
  return {
    frame, codeScales: [], rows,
    background: (context) => drawRowsBackground(context, scene, parts, hatches.ghost),
    foreground: (context) => drawRows(context, scene, parts, hatches, numbers),
    findCellAt: (_, y) => findRowAt(rows, y + scene.scroll),
  };
}

/** @param {Plot["rows"]} rows @param {number} y */
function findRowAt(rows, y) {
  return rows.find((row) => y >= row.top && y < row.top + row.height)?.cell ?? -1;
}

/** The categories in their order, then Other and the rows without a value, where there are any.
 * @param {Scene} scene @param {AxisBins} bins @returns {Plot["rows"]} */
function layoutRows(scene, bins) {
  const special = [bins.other, bins.none].filter((cell) => cell >= 0 && scene.ghost && !isEmptyCell(scene.ghost[cell]));
  const room = scene.height - ROWS_TOP - 4 - (special.length ? SPECIAL_ROWS_GAP : 0);
  const height = Math.max(16, Math.min(26, Math.floor(room / (bins.count + special.length))));
  const ordinary = listCategories(scene, bins).map((cell, place) => ({ cell, top: ROWS_TOP + place * height, height }));
  const from = ROWS_TOP + bins.count * height + SPECIAL_ROWS_GAP;
  return [...ordinary, ...special.map((cell, i) => ({ cell, top: from + i * height, height }))];
}

/** The cells of the categories as they are sorted. @param {Scene} scene @param {AxisBins} bins */
function listCategories({ barOrder }, { count }) {
  return barOrder?.length === count ? barOrder : Array.from({ length: count }, (_, cell) => cell);
}

/** @param {Scene} scene @param {string[]} texts @param {(value: number) => string} formatValue @returns {PlotFrame} */
function layoutFrame(scene, texts, formatValue) {
  const { font } = scene.theme;
  const widest = Math.max(24, ...texts.map((text) => measureTextWidth(text, font)));
  const left = Math.ceil(Math.min(widest, scene.width * 0.36)) + 12;
  const number = measureNumbers(scene, formatValue);
  return { left, top: ROWS_TOP, right: Math.max(left + 20, scene.width - number - 16), bottom: scene.height };
}

/** Numbers in full, unless they would leave little room for the bars. @param {Scene} scene @returns {(value: number) => string} */
function chooseNumberFormat(scene) {
  if (scene.scaling === "share") return formatPercent;
  return measureNumbers(scene, formatNumber) > scene.width * MAX_NUMBER_SHARE ? formatShort : formatNumber;
}

/** The width of the column of numbers. @param {Scene} scene @param {(value: number) => string} format */
function measureNumbers({ scaling, ghost, theme }, format) {
  const values = scaling === "share" ? [100] : [...(ghost ?? [])];
  return Math.max(24, ...values.map((value) => measureTextWidth(format(value), theme.font)));
}

/**
 * Formats numbers, caching the text of each cell until its value changes.
 * @param {number} size @param {(value: number) => string} format @returns {(cell: number, value: number) => string}
 */
function createNumberCache(size, format) {
  const last = new Float64Array(size).fill(NaN);
  const texts = new Array(size).fill("–");
  return (cell, value) => {
    if (value !== last[cell]) {
      last[cell] = value;
      texts[cell] = format(value);
    }
    return texts[cell];
  };
}
