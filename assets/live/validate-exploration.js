/**
 * Restricts another user's exploration to what can be shown here. It came over the network, and its sender may see
 * columns that this user can't.
 * @import { Column, DatasetDescription, Exploration, Filter, TableState, View } from "../explore/types.js"
 */
import { isAggregate } from "../charts/aggregates.js";
import { MAX_VIEWS, VALUE_AXES, getFilter, clampSize } from "../explore/exploration.js";
import { BAR_ORDERS } from "../explore/sort-button.js";

const FILTER_CHECKS = /** @type {Record<string, (filter: any) => boolean>} */ ({
  interval: ({ lo, hi }) => isBound(lo) && isBound(hi),
  nulls: () => true,
  members: ({ values }) => Array.isArray(values) && values.every((value) => typeof value === "string"),
  box: ({ x, y }) => [x, y].every((side) => side && isBound(side.lo) && isBound(side.hi)),
});

/** @param {unknown} value */
const isBound = (value) => value === null || Number.isFinite(value);

/**
 * @param {Exploration} exploration @param {DatasetDescription} description
 * @returns {{ exploration: Exploration, left: number }} and how many of its views were left out
 */
export function validateExploration(exploration, description) {
  const given = Array.isArray(exploration?.views) ? exploration.views.slice(0, MAX_VIEWS) : [];
  const columns = new Map(description.columns.map((column) => [column.name, column]));
  const views = given.filter((view) => isValidView(view, columns)).map(normalizeView);
  const filters = /** @type {Record<string, Filter>} */ (Object.fromEntries(
    views.map(({ id }) => [id, getFilter({ filters: exploration.filters ?? {} }, id)]).filter(([, filter]) => isValidFilter(filter)),
  ));
  const active = views.some(({ id }) => id === exploration?.active) ? exploration.active : null;
  const { slug, version } = description;
  const table = validateTable(exploration?.table, columns);
  const valueAxis = findKnown(exploration?.value_axis, VALUE_AXES) ?? "all";
  return { exploration: { v: 1, dataset: slug, version, views, filters, active, value_axis: valueAxis, table }, left: given.length - views.length };
}

/** @param {any} table @param {Map<string, Column>} columns @returns {TableState | null} */
function validateTable(table, columns) {
  if (!table || typeof table !== "object") return null;
  const sort = columns.has(table.sort) ? table.sort : null;
  const at = Number.isSafeInteger(table.at) && table.at > 0 ? table.at : 0;
  const hidden = Array.isArray(table.hidden) ? table.hidden.filter((/** @type {unknown} */ name) => columns.has(/** @type {string} */ (name))) : [];
  return { sort, descending: sort !== null && table.descending === true, at, hidden };
}

/** @param {any} filter */
export const isValidFilter = (filter) => Boolean(filter && Object.hasOwn(FILTER_CHECKS, filter.type) && FILTER_CHECKS[filter.type](filter));

/** @param {View} view @param {Map<string, Column>} columns */
function isValidView(view, columns) {
  const { id, columns: own, scales, bins, measure } = view ?? {};
  const lists = [own, scales, bins].every((list) => Array.isArray(list) && list.length === own.length && list.length <= 2);
  if (typeof id !== "string" || !lists || !isAggregate(measure?.aggregate)) return false;
  const known = own.every((name, index) => columns.get(name)?.scales.includes(scales[index]?.type));
  return known && (measure.column === null || columns.has(measure.column));
}

/** @template {string} T @param {unknown} value @param {readonly T[]} known @returns {T | null} the value, if it is one of these */
const findKnown = (value, known) => known.find((each) => each === value) ?? null;

/** @param {View} view @returns {View} */
function normalizeView(view) {
  const title = typeof view.title === "string" ? view.title : null;
  const look = { order: findKnown(view.order, BAR_ORDERS), value_axis: findKnown(view.value_axis, VALUE_AXES) };
  return { ...view, ...look, title, ...clampSize(Math.round(view.width) || 4, Math.round(view.height) || 2) };
}
