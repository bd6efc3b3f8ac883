/**
 * Defaults of new views: scales, bins, size and measure.
 * @import { Column, DatasetDescription, ScaleSpec, View } from "./types.js"
 */
import { CHART_KINDS } from "../charts/chart-kinds.js";
import { isCoordinateName, getChartKind } from "./view-kinds.js";
import { findColumn } from "./view-text.js";

const DEFAULT_BINS = { number: 50, time: 100, density: 60 };
const DEFAULT_TOP = 12;
/** Integer columns with at most this many values are likely hours, grades or ages. */
const FEW_VALUES = 60;

/** @param {Column} column @returns {ScaleSpec} */
function getDefaultScale(column) {
  const [type] = column.scales;
  return { type, domain: null, top: type === "category" ? DEFAULT_TOP : null };
}

/** @param {Column} column @param {boolean} density @returns {number | null} */
function getDefaultBins(column, density) {
  if (column.kind !== "number" && column.kind !== "time") return null;
  return density ? DEFAULT_BINS.density : DEFAULT_BINS[column.kind];
}

/** @param {DatasetDescription} description @param {string[]} names @returns {Pick<View, "columns" | "scales" | "bins">} */
export function createAxes(description, names) {
  const columns = names.flatMap((name) => findColumn(description, name) ?? []);
  return {
    columns: columns.map((column) => column.name),
    scales: columns.map(getDefaultScale),
    bins: columns.map((column) => getDefaultBins(column, names.length > 1)),
  };
}

/**
 * The most likely column to measure: none of the view's axes, no coordinate, not just a few values.
 * @param {Column[]} numbers @param {View} view
 */
export function guessMeasuredColumn(numbers, view) {
  const getPenalty = (/** @type {Column} */ { name, integer, distinct }) =>
    (view.columns.includes(name) ? 4 : 0) + (isCoordinateName(name) ? 2 : 0) + (integer && distinct <= FEW_VALUES ? 1 : 0);
  return numbers.reduce((best, column) => (getPenalty(column) < getPenalty(best) ? column : best));
}

/** @param {DatasetDescription} description @param {string[]} names @param {string} id @returns {View} */
export function createView(description, names, id) {
  const axes = createAxes(description, names);
  const view = { id, ...axes, measure: { aggregate: /** @type {const} */ ("count"), column: null }, title: null };
  return { ...view, ...CHART_KINDS[getChartKind(view)].cardSize };
}
