/**
 * What of somebody else's exploration can be shown here. It came over the network, and its sender may see columns
 * that are not here.
 * @import { Column, Description, Exploration, Filter, Table, View } from "../explore/types.js"
 */
import { MOST_VIEWS, filterOf, fitted } from "../explore/exploration.js";

const AGGREGATES = ["count", "sum", "mean", "min", "max"];
const SHAPES = /** @type {Record<string, (filter: any) => boolean>} */ ({
  interval: ({ lo, hi }) => bound(lo) && bound(hi),
  nulls: () => true,
  members: ({ values }) => Array.isArray(values) && values.every((value) => typeof value === "string"),
  box: ({ x, y }) => [x, y].every((side) => side && bound(side.lo) && bound(side.hi)),
});

/** @param {unknown} value */
const bound = (value) => value === null || Number.isFinite(value);

/**
 * @param {Exploration} exploration @param {Description} description
 * @returns {{ exploration: Exploration, left: number }} and how many of its views are left out
 */
export function fit(exploration, description) {
  const given = Array.isArray(exploration?.views) ? exploration.views.slice(0, MOST_VIEWS) : [];
  const columns = new Map(description.columns.map((column) => [column.name, column]));
  const views = given.filter((view) => isView(view, columns)).map(placed);
  const filters = /** @type {Record<string, Filter>} */ (Object.fromEntries(
    views.map(({ id }) => [id, filterOf({ filters: exploration.filters ?? {} }, id)]).filter(([, filter]) => isFilter(filter)),
  ));
  const active = views.some(({ id }) => id === exploration?.active) ? exploration.active : null;
  const { slug, version } = description;
  const table = tableOf(exploration?.table, columns);
  return { exploration: { v: 1, dataset: slug, version, views, filters, active, table }, left: given.length - views.length };
}

/** @param {any} table @param {Map<string, Column>} columns @returns {Table | null} */
function tableOf(table, columns) {
  if (!table || typeof table !== "object") return null;
  const sort = columns.has(table.sort) ? table.sort : null;
  const at = Number.isSafeInteger(table.at) && table.at > 0 ? table.at : 0;
  return { sort, descending: sort !== null && table.descending === true, at };
}

/** @param {any} filter */
export const isFilter = (filter) => Boolean(filter && Object.hasOwn(SHAPES, filter.type) && SHAPES[filter.type](filter));

/** @param {View} view @param {Map<string, Column>} columns */
function isView(view, columns) {
  const { id, columns: own, scales, bins, measure } = view ?? {};
  const lists = [own, scales, bins].every((list) => Array.isArray(list) && list.length === own.length && list.length <= 2);
  if (typeof id !== "string" || !lists || !AGGREGATES.includes(measure?.aggregate)) return false;
  const known = own.every((name, index) => columns.get(name)?.scales.includes(scales[index]?.type));
  return known && (measure.column === null || columns.has(measure.column));
}

/** @param {View} view @returns {View} */
function placed(view) {
  const title = typeof view.title === "string" ? view.title : null;
  return { ...view, title, ...fitted(Math.round(view.width) || 4, Math.round(view.height) || 2) };
}
