/** The readout above a chart: what a bin holds, and what has been selected, in numbers and percentages. */

/** @import {AxisBins, Scene} from "./types.js" */

import { isAdditive, isRowCount } from "./aggregates.js";
import { isCellSelected, isOrdinaryCell } from "./bins.js";
import { formatNumber, formatShare } from "./format.js";
import { formatCellRange, formatCell, formatSelection } from "./labels.js";

/**
 * The brush while it moves and until the pointer leaves it, else the cell under the pointer, else the brush, else the measure.
 * @param {Scene} scene
 */
export function formatReadout(scene) {
  const { selection, hoveredCell: hover, isDragging, isReadoutHeld, model, scaling } = scene;
  if (hover >= 0 && !isDragging && !isReadoutHeld) return `${formatPlace(scene, hover)}: ${formatAmount(scene, hover)}`;
  if (selection) return formatSelectedRows(scene);
  return scaling === "share" ? `${model.measureLabel}: share selected` : model.measureLabel;
}

/** What is selected here, and how many rows pass all filters. @param {Scene} scene */
export function formatSelectedRows({ bins, selection, model, selectedRows, allRows, state }) {
  if (!selection) return "";
  const range = formatSelection(bins, selection, model.outlines);
  if (!Number.isFinite(selectedRows) || state === "stale") return range;
  return `${range}: ${formatNumber(Math.round(selectedRows))} rows (${formatShare(selectedRows, allRows)})`;
}

/**
 * The value of a cell, compared with that of all rows; of amounts also as shares.
 * @param {Scene} scene
 * @param {number} cell
 */
export function formatAmount(scene, cell) {
  const { values, ghost, model } = scene;
  if (!values) return "";
  const [value, all] = [values[cell], ghost ? ghost[cell] : NaN];
  const number = (scene.state === "approximate" ? "≈ " : "") + formatNumber(value);
  const isSame = value === all || !Number.isFinite(all);
  if (!isAdditive(model.measure)) return isSame ? number : `${number} (all rows: ${formatNumber(all)})`;
  const compared = isSame ? number : `${number} of ${formatNumber(all)}${value >= 0 && all > 0 ? ` (${formatShare(value, all)})` : ""}`;
  const total = getSelectedTotal(scene, cell);
  return value >= 0 && total > 0 ? `${compared}, ${formatShare(value, total)} of ${isUnfiltered(scene) ? "all" : "the selection"}` : compared;
}

/** @param {Scene} scene */
function isUnfiltered({ selection, selectedRows, allRows }) {
  return !selection && selectedRows === allRows;
}

/** What the selected rows amount to in this chart; NaN for a cell that isn't selected. @param {Scene} scene @param {number} cell */
function getSelectedTotal(scene, cell) {
  const { values, selection, model, selectedRows } = scene;
  if (!selection) return values ? sumAmounts(values) : NaN;
  return isRowCount(model.measure) && isCellSelected(scene, cell) ? selectedRows : NaN;
}

/** The sum of amounts; NaN if some are negative: nothing is a share of it then. @param {Float64Array} values */
function sumAmounts(values) {
  let total = 0;
  for (let cell = 0; cell < values.length; cell++) total += values[cell] < 0 ? NaN : values[cell];
  return total;
}

/**
 * The label of a cell, on one axis or two.
 * @param {Scene} scene
 * @param {number} cell
 */
export function formatPlace({ bins: [x, y], model }, cell) {
  if (!y) return formatCell(x, cell);
  return formatCellPair(x, y, cell, model.outlines).join(", ");
}

/** @param {AxisBins} x @param {AxisBins} y @param {number} cell @param {boolean} degrees */
export function formatCellPair(x, y, cell, degrees) {
  const size = x.axis.bins;
  return [formatAxisCell(x, cell % size, degrees ? "x" : null), formatAxisCell(y, Math.floor(cell / size), degrees ? "y" : null)];
}

/** @param {AxisBins} bins @param {number} cell @param {"x" | "y" | null} degrees */
function formatAxisCell(bins, cell, degrees) {
  return isOrdinaryCell(bins, cell) ? formatCellRange(bins, { from: cell, to: cell + 1 }, degrees) : formatCell(bins, cell);
}
