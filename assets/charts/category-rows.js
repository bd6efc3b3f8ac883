/** Draws the rows of a list of categories. */

/** @import {Domain, PlotFrame, Plot, Scene} from "./types.js" */
/** @typedef {{frame: PlotFrame, rows: Plot["rows"], names: string[], ghost: Float64Array | null, x: (value: number) => number, zero: number, domain: Domain}} RowsLayout */

import { isEmptyCell } from "./bins.js";
import { isAdditive } from "./aggregates.js";
import { getSelectedCodes } from "./category-selection.js";
import { drawMessage, drawHairline } from "./canvas-primitives.js";

/** Top of the first row, below the readout. */
export const ROWS_TOP = 24;
/** The height of the line below that tells of further rows, pixels. */
const HINT_HEIGHT = 16;

/** Clips a scrolled list below the readout. @param {CanvasRenderingContext2D} context @param {Scene} scene */
function clipBelowTop(context, scene) {
  context.beginPath();
  context.rect(0, ROWS_TOP, scene.width, scene.height - ROWS_TOP);
  context.clip();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {RowsLayout} parts
 * @param {CanvasPattern} pattern fills the bars of Other and of missing values
 */
export function drawRowsBackground(context, scene, parts, pattern) {
  context.save();
  clipBelowTop(context, scene);
  drawNames(context, scene, parts);
  drawGhost(context, scene, parts, pattern);
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts @param {CanvasPattern} pattern */
function drawGhost(context, scene, parts, pattern) {
  const { theme, ratio, bins: [bins] } = scene;
  const { frame, rows, ghost } = parts;
  drawHairline(context, ratio, parts.zero, frame.top, parts.zero, Math.min(frame.bottom, getLastEdge(rows)), theme.axis);
  if (scene.ghost?.every(isEmptyCell)) drawMessage(context, theme, frame, "No rows");
  if (!ghost) return;
  for (const row of rows) {
    if (!isRowVisible(scene, row)) continue;
    const special = row.cell >= bins.count;
    if (isAdditive(scene.model.measure)) drawBar(context, scene, parts, row, ghost[row.cell], special ? pattern : theme.ghost);
    else drawTick(context, scene, parts, row, ghost[row.cell]);
  }
}

/** @param {Plot["rows"]} rows */
function getLastEdge(rows) {
  const last = rows[rows.length - 1];
  return last.top + last.height;
}

/** @param {Scene} scene @param {Plot["rows"][number]} row */
function isRowVisible(scene, row) {
  const top = row.top - scene.scroll;
  return top > ROWS_TOP - row.height && top < scene.height;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts
 * @param {{selected: CanvasPattern, context: CanvasPattern}} hatches @param {(cell: number, value: number) => string} numbers */
export function drawRows(context, scene, parts, hatches, numbers) {
  const { theme, shown, selection, bins: [bins] } = scene;
  if (!shown) return;
  context.save();
  clipBelowTop(context, scene);
  const chosen = getSelectedCodes(selection);
  context.font = theme.font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const row of parts.rows) {
    if (!isRowVisible(scene, row)) continue;
    const inside = selection === null || chosen.includes(row.cell);
    const special = row.cell >= bins.count;
    const fill = special ? hatches[inside ? "selected" : "context"] : theme[inside ? "selected" : "context"];
    drawValue(context, scene, parts, row, shown[row.cell], inside, fill, numbers);
  }
  context.restore();
  drawScrollHint(context, scene, parts.rows);
}

/** Tells how many rows are below the edge of the chart, where any are. @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Plot["rows"]} rows */
function drawScrollHint(context, { theme, ratio, width, height, scroll }, rows) {
  const first = rows.findIndex((row) => row.top + row.height - scroll > height + 1);
  if (first < 0) return;
  const top = height - HINT_HEIGHT;
  context.fillStyle = theme.surface;
  context.fillRect(0, top, width, HINT_HEIGHT);
  drawHairline(context, ratio, 0, top, width, top, theme.grid);
  context.font = theme.fontSmall;
  context.textAlign = "center";
  context.fillStyle = theme.textWeak;
  context.fillText(`↓ ${rows.length - first} more`, width / 2, top + HINT_HEIGHT / 2 + 1);
}

/** Draws the names, which change with the selection and the pointer only, not with every frame.
 * @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts */
function drawNames(context, scene, { rows, names, frame }) {
  const { theme, selection, bins: [bins] } = scene;
  const chosen = getSelectedCodes(selection);
  context.font = theme.font;
  context.textAlign = "right";
  context.textBaseline = "middle";
  rows.forEach((row, i) => {
    if (!isRowVisible(scene, row)) return;
    if (row.cell === scene.hoveredCell) drawHover(context, scene, row);
    const inside = selection === null || chosen.includes(row.cell);
    context.fillStyle = inside && row.cell < bins.count ? theme.text : theme.textWeak;
    context.fillText(names[i], frame.left - 8, row.top - scene.scroll + row.height / 2);
  });
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Plot["rows"][number]} row */
function drawHover(context, { theme, width, scroll }, row) {
  context.globalAlpha = 0.06;
  context.fillStyle = theme.text;
  context.fillRect(0, row.top - scroll, width, row.height);
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts @param {Plot["rows"][number]} row
 * @param {number} value @param {boolean} inside @param {string | CanvasPattern} fill @param {(cell: number, value: number) => string} numbers */
function drawValue(context, scene, parts, row, value, inside, fill, numbers) {
  context.globalAlpha = (scene.state === "approximate" ? 0.7 : 1) * (inside ? 1 : 0.6);
  if (isAdditive(scene.model.measure)) drawBar(context, scene, parts, row, value, fill);
  else drawDot(context, scene, parts, row, value, fill);
  context.globalAlpha = 1;
  context.fillStyle = inside ? scene.theme.text : scene.theme.textWeak;
  context.fillText(numbers(row.cell, value), scene.width - 8, row.top - scene.scroll + row.height / 2);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts @param {Plot["rows"][number]} row
 * @param {number} value @param {string | CanvasPattern} fill */
function drawBar(context, scene, { x, zero, domain }, row, value, fill) {
  if (isEmptyCell(value)) return;
  const top = row.top - scene.scroll + 2;
  const end = x(value);
  context.fillStyle = fill;
  if (value > 0) context.fillRect(zero, top, Math.max(1, end - zero), row.height - 4);
  else context.fillRect(zero, top, Math.min(-1, end - zero), row.height - 4);
  if (value <= domain[1] && value >= domain[0]) return;
  context.fillStyle = scene.theme.surface;
  context.fillRect(value > 0 ? end - 6 : end + 4, top - 1, 2, row.height - 2);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts @param {Plot["rows"][number]} row
 * @param {number} value */
function drawTick(context, scene, { x, frame }, row, value) {
  const middle = row.top - scene.scroll + row.height / 2;
  drawHairline(context, scene.ratio, frame.left, middle, frame.right, middle, scene.theme.grid);
  if (!Number.isFinite(value)) return;
  context.fillStyle = scene.theme.context;
  context.fillRect(x(value) - 1, middle - 5, 2, 10);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {RowsLayout} parts @param {Plot["rows"][number]} row
 * @param {number} value @param {string | CanvasPattern} fill */
function drawDot(context, scene, { x }, row, value, fill) {
  if (!Number.isFinite(value)) return;
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x(value), row.top - scene.scroll + row.height / 2, 4, 0, 2 * Math.PI);
  context.fill();
}
