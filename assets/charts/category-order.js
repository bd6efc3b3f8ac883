/** The order in which the bars of categories are drawn. */

/** @import {AxisBins, BarOrder, Scene} from "./types.js" */

import { isAdditive } from "./aggregates.js";

const NAME_ORDER = new Intl.Collator("en", { numeric: true });

/**
 * The cells of the categories, sorted. Equal ones stay in the order of the column; those without rows come last.
 * @param {AxisBins} bins
 * @param {Float64Array | null} values the measure of each cell
 * @param {BarOrder | null} order null: the column's own
 * @param {boolean} additive whether a value of zero means that there are no rows
 * @returns {number[]}
 */
export function sortCategories({ count, labels }, values, order, additive) {
  const cells = Array.from({ length: count }, (_, cell) => cell);
  if (order === "name") return cells.sort((a, b) => NAME_ORDER.compare(labels?.[a] ?? "", labels?.[b] ?? ""));
  if (order === null || !values) return cells;
  const sign = order === "ascending" ? 1 : -1;
  const isMissing = (/** @type {number} */ cell) => !Number.isFinite(values[cell]) || (additive && values[cell] === 0);
  return cells.sort((a, b) => Number(isMissing(a)) - Number(isMissing(b)) || (isMissing(a) ? 0 : sign * (values[a] - values[b])));
}

/**
 * Sorts the bars of a scene by what it shows now, or by all rows before there is anything else.
 * @param {Scene} scene
 * @returns {boolean} whether the order has changed
 */
export function updateBarOrder(scene) {
  const { model, traits, bins, shown, ghost, state } = scene;
  if (!traits.isList || (scene.barOrder && state === "stale")) return false;
  const values = shown && state !== "stale" ? shown : ghost;
  const cells = sortCategories(bins[0], values, model.order, isAdditive(model.measure));
  if (scene.barOrder?.every((cell, place) => cell === cells[place]) && scene.barOrder.length === cells.length) return false;
  scene.barOrder = cells;
  return true;
}
