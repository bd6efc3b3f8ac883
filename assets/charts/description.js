/** A chart as text: its readout, its description for screen readers, and its data table. */

/** @import {AxisBins, Scene, DataTable} from "./types.js" */

import { isEmptyCell } from "./bins.js";
import { isAdditive, isRowCount } from "./aggregates.js";
import { formatNumber, formatShare } from "./format.js";
import { formatComparison } from "./figure.js";
import { formatCellRange, formatCell, formatSelection } from "./labels.js";

/**
 * The readout above a chart: the brush while it moves, else the cell under the pointer, else the brush, else the measure.
 * @param {Scene} scene
 */
export function formatReadout(scene) {
  const { selection, hoveredCell: hover, isDragging: busy } = scene;
  if (hover >= 0 && !busy) return formatHover(scene, hover);
  if (selection) return formatSelection(scene.bins, selection, scene.model.outlines);
  return scene.model.measureLabel;
}

/** @param {Scene} scene @param {number} cell */
function formatHover(scene, cell) {
  const value = scene.values ? getApproximationMark(scene) + formatNumber(scene.values[cell]) : "";
  const all = scene.ghost ? scene.ghost[cell] : NaN;
  const isSame = scene.values?.[cell] === all || !Number.isFinite(all);
  const comparison = isAdditive(scene.model.measure) ? ` of ${formatNumber(all)}` : ` (all rows: ${formatNumber(all)})`;
  return `${formatPlace(scene, cell)}: ${value}${isSame ? "" : comparison}`;
}

/** @param {Scene} scene */
function getApproximationMark(scene) {
  return scene.state === "approximate" ? "≈ " : "";
}

/**
 * The label of a cell, on one axis or two.
 * @param {Scene} scene
 * @param {number} cell
 */
function formatPlace({ bins: [x, y], model }, cell) {
  if (!y) return formatCell(x, cell);
  return formatCellPair(x, y, cell, model.outlines).join(", ");
}

/** @param {AxisBins} x @param {AxisBins} y @param {number} cell @param {boolean} degrees */
function formatCellPair(x, y, cell, degrees) {
  const size = x.axis.bins;
  return [formatAxisCell(x, cell % size, degrees ? "x" : null), formatAxisCell(y, Math.floor(cell / size), degrees ? "y" : null)];
}

/** @param {AxisBins} bins @param {number} cell @param {"x" | "y" | null} degrees */
function formatAxisCell(bins, cell, degrees) {
  const ordinary = cell >= bins.first && cell < bins.first + bins.count;
  return ordinary ? formatCellRange(bins, { from: cell, to: cell + 1 }, degrees) : formatCell(bins, cell);
}

/**
 * Describes what the chart shows, its range, its peak, its selection and its state in a few sentences.
 * @param {Scene} scene
 */
export function describeChart(scene) {
  const sentences = [describeSubject(scene), describeTotal(scene), describePeak(scene), describeOutside(scene), describeSelection(scene), STATE_SENTENCES[scene.state]];
  return sentences.filter(Boolean).join(" ");
}

const STATE_SENTENCES = { exact: "", approximate: "Approximate. Exact numbers are loading.", stale: "Updating. The chart shows previous values." };

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

/** @param {AxisBins} bins @param {number} cell */
function isOrdinaryCell(bins, cell) {
  return cell >= bins.first && cell < bins.first + bins.count;
}

/** @param {Scene} scene */
function describeSelection({ selection, bins, model }) {
  return selection ? `Selected: ${formatSelection(bins, selection, model.outlines)}.` : "";
}

/**
 * The data table: every cell that has rows, as text.
 * @param {Scene} scene
 * @returns {DataTable}
 */
export function createTable(scene) {
  const { bins, values, ghost, model } = scene;
  const prefix = isRowCount(model.measure) ? "" : `${model.measureLabel}, `;
  const columns = [...bins.map(({ axis }) => axis.label), ...["selected rows", "all rows"].map((rows) => capitalize(prefix + rows))];
  const cells = [...(ghost ?? [])].map((_, cell) => cell).filter((cell) => !ghost || bins.length < 2 || !isEmptyCell(ghost[cell]));
  return { columns, rows: cells.map((cell) => createTableRow(scene, cell, values, ghost)) };
}

/** @param {string} text */
const capitalize = (text) => text[0].toUpperCase() + text.slice(1);

/** @param {Scene} scene @param {number} cell @param {Float64Array | null} values @param {Float64Array | null} ghost */
function createTableRow({ bins: [x, y], model }, cell, values, ghost) {
  const numbers = [values, ghost].map((cells) => formatNumber(cells ? cells[cell] : NaN));
  if (!x) return numbers;
  if (!y) return [formatCell(x, cell), ...numbers];
  return [...formatCellPair(x, y, cell, model.outlines), ...numbers];
}
