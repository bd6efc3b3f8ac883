/**
 * What a view is drawn as, and what a new one begins as.
 * @import { Column, Description, Kind, ScaleSpec, View } from "./types.js"
 */
import { isCoordinate, kindOf } from "./chart-kinds.js";
import { findColumn } from "./view-text.js";

const BINS = { number: 50, time: 100, density: 60 };
const TOP = 12;
/** Whole numbers with no more values than this are likely hours, grades or ages. */
const FEW = 60;

/** @type {Record<Kind, { width: number, height: number }>} */
const SIZES = {
  figure: { width: 3, height: 1 },
  histogram: { width: 4, height: 2 },
  series: { width: 6, height: 2 },
  bars: { width: 3, height: 3 },
  density: { width: 6, height: 4 },
};

/** @param {Column} column @returns {ScaleSpec} */
function defaultScale(column) {
  const [type] = column.scales;
  return { type, domain: null, top: type === "category" ? TOP : null };
}

/** @param {Column} column @param {boolean} density @returns {number | null} */
function defaultBins(column, density) {
  if (column.kind !== "number" && column.kind !== "time") return null;
  return density ? BINS.density : BINS[column.kind];
}

/** @param {Description} description @param {string[]} names @returns {Pick<View, "columns" | "scales" | "bins">} */
export function axesFor(description, names) {
  const columns = names.flatMap((name) => findColumn(description, name) ?? []);
  return {
    columns: columns.map((column) => column.name),
    scales: columns.map(defaultScale),
    bins: columns.map((column) => defaultBins(column, names.length > 1)),
  };
}

/**
 * The number a view is likeliest to be measured by: none of its own axes, no coordinate, not just a few values.
 * @param {Column[]} numbers @param {View} view
 */
export function likelyMeasured(numbers, view) {
  const unlikely = (/** @type {Column} */ { name, integer, distinct }) =>
    (view.columns.includes(name) ? 4 : 0) + (isCoordinate(name) ? 2 : 0) + (integer && distinct <= FEW ? 1 : 0);
  return numbers.reduce((best, column) => (unlikely(column) < unlikely(best) ? column : best));
}

/** @param {Description} description @param {string[]} names @param {string} id @returns {View} */
export function newView(description, names, id) {
  const axes = axesFor(description, names);
  const view = { id, ...axes, measure: { aggregate: /** @type {const} */ ("count"), column: null }, title: null };
  return { ...view, ...SIZES[kindOf({ ...view, width: 4, height: 2 })] };
}
