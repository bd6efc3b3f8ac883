/** A chart as text: its description for screen readers, and its data table. */

/** @import {AxisBins, Scene, DataTable} from "./types.js" */

import { isEmptyCell, isOrdinaryCell } from "./bins.js";
import { isAdditive, isRowCount } from "./aggregates.js";
import { formatNumber, formatShare } from "./format.js";
import { formatComparison } from "./figure.js";
import { formatCellRange, formatCell } from "./labels.js";
import { formatCellPair, formatPlace, formatSelectedRows } from "./readout.js";

/**
 * Describes what the chart shows, its range, its peak, its selection and its state in a few sentences.
 * @param {Scene} scene
 */
export function describeChart(scene) {
  const sentences = [describeSubject(scene), describeTotal(scene), describePeak(scene), describeOutside(scene), describeSelection(scene), SCALING_SENTENCES[scene.scaling], STATE_SENTENCES[scene.state]];
  return sentences.filter(Boolean).join(" ");
}

const STATE_SENTENCES = { exact: "", approximate: "Approximate. Exact numbers are loading.", stale: "Updating. The chart shows previous values." };

/** The number of a key figure in full, which may be shown in short. @param {Scene} scene */
export function formatTooltip({ bins, values }) {
  return bins.length || !values ? "" : formatNumber(values[0]);
}

/** @param {Scene} scene */
function describeSubject(scene) {
  const { model, bins, values, ghost } = scene;
  if (!bins.length && values && ghost)
    return `${model.title}: ${formatNumber(values[0])} (${formatComparison(scene, values[0], ghost[0])}).`;
  if (!bins.length) return `${model.title}: ${model.measureLabel}.`;
  return `${model.title}: ${model.measureLabel} by ${bins.map((axis) => `${axis.axis.label} (${describeAxisRange(axis)})`).join(" and ")}.`;
}

/** @param {AxisBins} bins */
function describeAxisRange(bins) {
  if (!bins.edges) return `${bins.count} categories`;
  return `${bins.count} ${bins.count === 1 ? "bin" : "bins"}, ${formatCellRange(bins, { from: bins.first, to: bins.first + bins.count }, null)}`;
}

/** @param {Scene} scene */
function describeTotal({ model, bins, values, ghost }) {
  if (!isRowCount(model.measure) || !bins.length || !values || !ghost) return "";
  const [part, all] = [values, ghost].map((cells) => cells.reduce((sum, value) => sum + value, 0));
  return all ? `${formatNumber(part)} of ${formatNumber(all)} rows match the other filters.` : "No rows.";
}

/** @param {Scene} scene */
function describePeak(scene) {
  const { values, bins } = scene;
  if (!values || !bins.length) return "";
  let best = -1;
  for (let cell = 0; cell < values.length; cell++) if (!isEmptyCell(values[cell]) && !(values[cell] <= values[best])) best = cell;
  return best < 0 ? "" : `Highest: ${formatNumber(values[best])} at ${formatPlace(scene, best)}.`;
}

/** Describes the rows that a 2-D chart can't draw. @param {Scene} scene */
function describeOutside({ bins: [x, y], values, model }) {
  if (!y || !values || !isRowCount(model.measure)) return "";
  let [inside, all] = [0, 0];
  for (let cell = 0; cell < values.length; cell++) {
    all += values[cell];
    if (isOrdinaryCell(x, cell % x.axis.bins) && isOrdinaryCell(y, Math.floor(cell / x.axis.bins))) inside += values[cell];
  }
  return all > inside ? `${formatNumber(all - inside)} rows (${formatShare(all - inside, all)}) are outside the axes or have no value.` : "";
}

/** @param {Scene} scene */
function describeSelection(scene) {
  return scene.selection ? `Selected: ${formatSelectedRows(scene)}.` : "";
}

/** @type {Record<string, string>} */
const SCALING_SENTENCES = { all: "", selection: "The axis is scaled to the selected rows.", share: "Shown is the share of each bin that is selected." };

/**
 * The data table: every cell that has rows, as text, in the order in which the chart shows them.
 * @param {Scene} scene
 * @returns {DataTable}
 */
export function createTable(scene) {
  const { bins, ghost, model } = scene;
  const prefix = isRowCount(model.measure) ? "" : `${model.measureLabel}, `;
  const columns = [...bins.map(({ axis }) => axis.label), ...["selected rows", "all rows"].map((rows) => capitalize(prefix + rows))];
  const cells = listCells(scene).filter((cell) => !ghost || bins.length < 2 || !isEmptyCell(ghost[cell]));
  if (isAdditive(model.measure)) columns.push("Share");
  return { columns, rows: cells.map((cell) => createTableRow(scene, cell)) };
}

/** @param {Scene} scene @returns {number[]} */
function listCells({ ghost, barOrder }) {
  const all = Array.from(ghost ?? [], (_, cell) => cell);
  return barOrder ? [...barOrder, ...all.slice(barOrder.length)] : all;
}

/** @param {string} text */
const capitalize = (text) => text[0].toUpperCase() + text.slice(1);

/** @param {Scene} scene @param {number} cell */
function createTableRow({ bins: [x, y], model, values, ghost }, cell) {
  const [value, all] = [values, ghost].map((cells) => (cells ? cells[cell] : NaN));
  const numbers = [value, all].map(formatNumber);
  if (isAdditive(model.measure)) numbers.push(value >= 0 ? formatShare(value, all) : "–");
  if (!x) return numbers;
  return y ? [...formatCellPair(x, y, cell, model.outlines), ...numbers] : [formatCell(x, cell), ...numbers];
}
