/** A chart in words: the line above it, the sentence for those who don't see it, and its table. */

/** @import {Bins, Scene, Table} from "./types.js" */

import { isEmpty } from "./bins.js";
import { formatNumber, formatShare, isAdditive, measureLabel } from "./format.js";
import { comparison } from "./figure.js";
import { cellsText, cellText, selectionText } from "./labels.js";

/**
 * The line above a chart: the brush while it moves, else the cell under the pointer, else the brush, else the measure.
 * @param {Scene} scene
 */
export function readout(scene) {
  const { selection, hover, busy } = scene;
  if (hover >= 0 && !busy) return hoverText(scene, hover);
  if (selection) return selectionText(scene.bins, selection, scene.model.outlines);
  return measureLabel(scene.model.measure);
}

/** @param {Scene} scene @param {number} cell */
function hoverText(scene, cell) {
  const value = scene.values ? approximately(scene) + formatNumber(scene.values[cell]) : "";
  const all = scene.ghost ? scene.ghost[cell] : NaN;
  const rest = scene.values && scene.values[cell] === all ? "" : ` of ${formatNumber(all)}`;
  const against = isAdditive(scene.model.measure) ? rest : rest.replace(" of", ", all");
  return `${placeText(scene, cell)}: ${value}${Number.isFinite(all) ? against : ""}`;
}

/** @param {Scene} scene */
function approximately(scene) {
  return scene.state === "approximate" ? "≈ " : "";
}

/**
 * The place of a cell, on one axis or two.
 * @param {Scene} scene
 * @param {number} cell
 */
function placeText({ bins: [x, y], model }, cell) {
  if (!y) return cellText(x, cell);
  return pairTexts(x, y, cell, model.outlines).join(", ");
}

/** @param {Bins} x @param {Bins} y @param {number} cell @param {boolean} degrees */
function pairTexts(x, y, cell, degrees) {
  const size = x.axis.bins;
  return [axisCellText(x, cell % size, degrees ? "x" : null), axisCellText(y, Math.floor(cell / size), degrees ? "y" : null)];
}

/** @param {Bins} bins @param {number} cell @param {"x" | "y" | null} degrees */
function axisCellText(bins, cell, degrees) {
  const ordinary = cell >= bins.first && cell < bins.first + bins.count;
  return ordinary ? cellsText(bins, { from: cell, to: cell + 1 }, degrees) : cellText(bins, cell);
}

/**
 * What the chart shows, its range, its peak, its selection and its state, in a few sentences.
 * @param {Scene} scene
 */
export function describe(scene) {
  const sentences = [subject(scene), total(scene), peak(scene), outside(scene), chosen(scene), STATES[scene.state]];
  return sentences.filter(Boolean).join(" ");
}

const STATES = { exact: "", approximate: "Approximate; the exact numbers are on their way.", stale: "Being computed; an earlier picture is shown." };

/** @param {Scene} scene */
function subject(scene) {
  const { model, bins, values, ghost } = scene;
  const label = measureLabel(model.measure);
  if (model.kind === "figure" && values && ghost)
    return `${model.title}: ${formatNumber(values[0])} (${comparison(scene, values[0], ghost[0])}).`;
  if (model.kind === "figure") return `${model.title}: ${label}.`;
  return `${model.title}: ${label} by ${bins.map((axis) => `${axis.axis.label} (${range(axis)})`).join(" and ")}.`;
}

/** @param {Bins} bins */
function range(bins) {
  if (!bins.edges) return `${bins.count} categories`;
  return `${bins.count} ${bins.count === 1 ? "bin" : "bins"}, ${cellsText(bins, { from: bins.first, to: bins.first + bins.count }, null)}`;
}

/** @param {Scene} scene */
function total({ model, values, ghost }) {
  if (model.measure.aggregate !== "count" || model.kind === "figure" || !values || !ghost) return "";
  const [part, all] = [values, ghost].map((cells) => cells.reduce((sum, value) => sum + value, 0));
  return all ? `${formatNumber(part)} of ${formatNumber(all)} rows pass the other filters.` : "There are no rows.";
}

/** @param {Scene} scene */
function peak(scene) {
  const { values, model } = scene;
  if (!values || model.kind === "figure") return "";
  let best = -1;
  for (let cell = 0; cell < values.length; cell++) if (!isEmpty(values[cell]) && !(values[cell] <= values[best])) best = cell;
  return best < 0 ? "" : `Highest: ${formatNumber(values[best])} at ${placeText(scene, best)}.`;
}

/** What a 2-D view cannot draw is at least named. @param {Scene} scene */
function outside({ bins: [x, y], values, model }) {
  if (!y || !values || model.measure.aggregate !== "count") return "";
  let [inside, all] = [0, 0];
  for (let cell = 0; cell < values.length; cell++) {
    all += values[cell];
    if (ordinary(x, cell % x.axis.bins) && ordinary(y, Math.floor(cell / x.axis.bins))) inside += values[cell];
  }
  return all > inside ? `${formatNumber(all - inside)} rows (${formatShare(all - inside, all)}) lie outside or have no value.` : "";
}

/** @param {Bins} bins @param {number} cell */
function ordinary(bins, cell) {
  return cell >= bins.first && cell < bins.first + bins.count;
}

/** @param {Scene} scene */
function chosen({ selection, bins, model }) {
  return selection ? `Selected: ${selectionText(bins, selection, model.outlines)}.` : "";
}

/**
 * Every cell that holds something, as text.
 * @param {Scene} scene
 * @returns {Table}
 */
export function table(scene) {
  const { bins, values, ghost, model } = scene;
  const label = measureLabel(model.measure);
  const columns = [...bins.map(({ axis }) => axis.label), `${label}, filtered`, `${label}, all`];
  const cells = [...(ghost ?? [])].map((_, cell) => cell).filter((cell) => !ghost || bins.length < 2 || !isEmpty(ghost[cell]));
  return { columns, rows: cells.map((cell) => tableRow(scene, cell, values, ghost)) };
}

/** @param {Scene} scene @param {number} cell @param {Float64Array | null} values @param {Float64Array | null} ghost */
function tableRow({ bins: [x, y], model }, cell, values, ghost) {
  const numbers = [values, ghost].map((cells) => formatNumber(cells ? cells[cell] : NaN));
  if (!x) return numbers;
  if (!y) return [cellText(x, cell), ...numbers];
  return [...pairTexts(x, y, cell, model.outlines), ...numbers];
}
