/** Categories as rows: a name, a bar, a number. */

/** @import {Bins, Domain, Frame, Plot, Scene} from "./types.js" */
/** @typedef {{frame: Frame, rows: Plot["rows"], names: string[], x: (value: number) => number, zero: number, domain: Domain}} Parts */

import { isEmpty } from "./bins.js";
import { formatNumber, isAdditive } from "./format.js";
import { codesOf } from "./members.js";
import { drawMessage, fitText, hairline, hatch, textWidth } from "./paint.js";
import { extent, union, valueDomain } from "./values.js";
import { cellText } from "./words.js";

const TOP = 24;
const APART = 7;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function bars(scene) {
  const { bins: [bins], theme, ratio, model } = scene;
  const all = scene.ghost && extent(scene.ghost, 0, bins.axis.bins);
  const domain = valueDomain(model.measure, union(all, scene.fitted));
  const rows = rowsOf(scene, bins);
  const texts = rows.map(({ cell }) => cellText(bins, cell));
  const frame = frameOf(scene, texts, domain);
  const names = texts.map((text) => fitText(text, theme.font, frame.left - 8));
  const scale = (frame.right - frame.left) / (domain[1] - domain[0]);
  const x = (/** @type {number} */ value) => Math.max(frame.left, Math.min(frame.right, frame.left + (value - domain[0]) * scale));
  const parts = { frame, rows, names, x, zero: x(0), domain };
  const hatches = { selected: hatch(theme.selected, ratio), context: hatch(theme.context, ratio), ghost: hatch(theme.ghost, ratio) };
  const numbers = numberCache(bins.axis.bins);
  return {
    frame, tracks: [], rows,
    background: (context) => belowTop(context, scene, () => drawGhost(context, scene, parts, hatches.ghost)),
    foreground: (context) => belowTop(context, scene, () => drawRows(context, scene, parts, hatches, numbers)),
    cellAt: (_, y) => rowAt(rows, y + scene.scroll),
  };
}

/** A scrolled list ends at the line above it. @param {CanvasRenderingContext2D} context @param {Scene} scene @param {() => void} paint */
function belowTop(context, scene, paint) {
  context.save();
  context.beginPath();
  context.rect(0, TOP, scene.width, scene.height - TOP);
  context.clip();
  paint();
  context.restore();
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
  const height = Math.max(18, Math.min(26, Math.floor(room / (bins.count + special.length))));
  const ordinary = Array.from({ length: bins.count }, (_, cell) => ({ cell, top: TOP + cell * height, height }));
  const from = TOP + bins.count * height + APART;
  return [...ordinary, ...special.map((cell, i) => ({ cell, top: from + i * height, height }))];
}

/** @param {Scene} scene @param {string[]} texts @param {Domain} domain @returns {Frame} */
function frameOf(scene, texts, domain) {
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

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {CanvasPattern} pattern */
function drawGhost(context, scene, parts, pattern) {
  const { theme, ghost, ratio, bins: [bins] } = scene;
  const { frame, rows } = parts;
  hairline(context, ratio, parts.zero, frame.top, parts.zero, Math.min(frame.bottom, lastEdge(rows)), theme.axis);
  if (!ghost) return;
  if (ghost.every(isEmpty)) drawMessage(context, theme, frame, "no rows");
  for (const row of rows) {
    if (!visible(scene, row)) continue;
    const special = row.cell >= bins.count;
    if (isAdditive(scene.model.measure)) drawBar(context, scene, parts, row, ghost[row.cell], special ? pattern : theme.ghost);
    else drawTick(context, scene, parts, row, ghost[row.cell]);
  }
}

/** @param {Plot["rows"]} rows */
function lastEdge(rows) {
  const last = rows[rows.length - 1];
  return last.top + last.height;
}

/** @param {Scene} scene @param {Plot["rows"][number]} row */
function visible(scene, row) {
  const top = row.top - scene.scroll;
  return top > TOP - row.height && top < scene.height;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts
 * @param {{selected: CanvasPattern, context: CanvasPattern}} hatches @param {(cell: number, value: number) => string} numbers */
function drawRows(context, scene, parts, hatches, numbers) {
  const { theme, values, selection, bins: [bins] } = scene;
  const chosen = codesOf(selection);
  context.font = theme.font;
  context.textBaseline = "middle";
  for (let i = 0; i < parts.rows.length; i++) {
    const row = parts.rows[i];
    if (!visible(scene, row)) continue;
    const inside = selection === null || chosen.includes(row.cell);
    drawName(context, scene, parts, row, parts.names[i], inside);
    if (!values) continue;
    const special = row.cell >= bins.count;
    const fill = special ? hatches[inside ? "selected" : "context"] : theme[inside ? "selected" : "context"];
    drawValue(context, scene, parts, row, values[row.cell], inside, fill, numbers);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Plot["rows"][number]} row
 * @param {string} name @param {boolean} inside */
function drawName(context, scene, parts, row, name, inside) {
  const { theme } = scene;
  const top = row.top - scene.scroll;
  if (row.cell === scene.hover) {
    context.globalAlpha = 0.06;
    context.fillStyle = theme.text;
    context.fillRect(0, top, scene.width, row.height);
    context.globalAlpha = 1;
  }
  context.textAlign = "right";
  context.fillStyle = inside && row.cell < scene.bins[0].count ? theme.text : theme.textWeak;
  context.fillText(name, parts.frame.left - 8, top + row.height / 2);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Plot["rows"][number]} row
 * @param {number} value @param {boolean} inside @param {string | CanvasPattern} fill @param {(cell: number, value: number) => string} numbers */
function drawValue(context, scene, parts, row, value, inside, fill, numbers) {
  context.globalAlpha = (scene.state === "approximate" ? 0.7 : 1) * (inside ? 1 : 0.6);
  if (isAdditive(scene.model.measure)) drawBar(context, scene, parts, row, value, fill);
  else drawDot(context, scene, parts, row, value, fill);
  context.globalAlpha = 1;
  context.textAlign = "right";
  context.fillStyle = inside ? scene.theme.text : scene.theme.textWeak;
  context.fillText(numbers(row.cell, value), scene.width - 8, row.top - scene.scroll + row.height / 2);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Plot["rows"][number]} row
 * @param {number} value @param {string | CanvasPattern} fill */
function drawBar(context, scene, { x, zero, domain }, row, value, fill) {
  if (isEmpty(value)) return;
  const top = row.top - scene.scroll + 2;
  const end = x(value);
  context.fillStyle = fill;
  if (value > 0) context.fillRect(zero, top, Math.max(1, end - zero), row.height - 4);
  else context.fillRect(zero, top, Math.min(-1, end - zero), row.height - 4);
  if (value <= domain[1] && value >= domain[0]) return;
  context.fillStyle = scene.theme.surface;
  context.fillRect(value > 0 ? end - 6 : end + 4, top - 1, 2, row.height - 2);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Plot["rows"][number]} row
 * @param {number} value */
function drawTick(context, scene, { x, frame }, row, value) {
  const middle = row.top - scene.scroll + row.height / 2;
  hairline(context, scene.ratio, frame.left, middle, frame.right, middle, scene.theme.grid);
  if (!Number.isFinite(value)) return;
  context.fillStyle = scene.theme.context;
  context.fillRect(x(value) - 1, middle - 5, 2, 10);
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Parts} parts @param {Plot["rows"][number]} row
 * @param {number} value @param {string | CanvasPattern} fill */
function drawDot(context, scene, { x }, row, value, fill) {
  if (!Number.isFinite(value)) return;
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x(value), row.top - scene.scroll + row.height / 2, 4, 0, 2 * Math.PI);
  context.fill();
}
