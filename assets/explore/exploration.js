/**
 * The state object and its edits. Every edit returns a new exploration, or the same one when nothing changes.
 * @import { Exploration, Filter, TableState, View } from "./types.js"
 * @import { ValueAxis } from "../charts/types.js"
 */

export const MAX_VIEWS = 32;

/** @param {Exploration} exploration @param {string} id @returns {View | undefined} */
export const findView = (exploration, id) => exploration.views.find((view) => view.id === id);

/**
 * The filter of a view. An id may be a name that every object inherits, such as "constructor".
 * @param {Pick<Exploration, "filters">} exploration @param {string} id @returns {Filter | undefined}
 */
export const getFilter = ({ filters }, id) => (Object.hasOwn(filters, id) ? filters[id] : undefined);

/** @param {Exploration} exploration @returns {string} an id no view has had while this exploration holds its views */
export function createViewId(exploration) {
  const taken = exploration.views.map((view) => Number(/^v(\d+)$/.exec(view.id)?.[1] ?? 0));
  return `v${Math.max(0, ...taken) + 1}`;
}

/** @param {Exploration} exploration @param {View} view @param {number} [index] @returns {Exploration} */
export function addView(exploration, view, index = exploration.views.length) {
  if (exploration.views.length >= MAX_VIEWS) return exploration;
  return { ...exploration, views: exploration.views.toSpliced(index, 0, view) };
}

/** @param {Exploration} exploration @param {string} id @returns {Exploration} */
export function removeView(exploration, id) {
  if (!findView(exploration, id)) return exploration;
  const { [id]: _, ...filters } = exploration.filters;
  const active = exploration.active === id ? null : exploration.active;
  const next = { ...exploration, views: exploration.views.filter((view) => view.id !== id), filters, active };
  return getFilter(exploration, id) ? rewindTable(next) : next;
}

/** @param {View} before @param {View} after @param {Filter | undefined} filter @returns {boolean} */
function keepsFilter(before, after, filter) {
  if (before.columns.join("\0") !== after.columns.join("\0")) return false;
  const other = filter?.type === "members" && filter.other;
  return !other || JSON.stringify(getBarChoice(before)) === JSON.stringify(getBarChoice(after));
}

/** What decides which categories have a bar: by name the same ones have one as by value. @param {View} view */
function getBarChoice({ scales, order, measure }) {
  return [scales[0]?.top, order === "name" ? "descending" : (order ?? null), order ? measure : null];
}

/**
 * Changes some properties of a view. Its filter is dropped if it would no longer select the same rows.
 * @param {Exploration} exploration @param {string} id @param {Partial<View>} change @returns {Exploration}
 */
export function updateView(exploration, id, change) {
  const before = findView(exploration, id);
  if (!before) return exploration;
  const after = { ...before, ...change };
  if (JSON.stringify(before) === JSON.stringify(after)) return exploration;
  const views = exploration.views.map((view) => (view === before ? after : view));
  const next = { ...exploration, views };
  return keepsFilter(before, after, getFilter(exploration, id)) ? next : setFilter(next, id, null);
}

/** @param {Exploration} exploration @param {string} id @param {number} index @returns {Exploration} */
export function moveView(exploration, id, index) {
  const from = exploration.views.findIndex((view) => view.id === id);
  const to = Math.max(0, Math.min(exploration.views.length - 1, index));
  if (from < 0 || from === to) return exploration;
  const view = exploration.views[from];
  return { ...exploration, views: exploration.views.toSpliced(from, 1).toSpliced(to, 0, view) };
}

/** @param {Exploration} exploration @param {string} id @param {Filter | null} filter @returns {Exploration} */
export function setFilter(exploration, id, filter) {
  if (JSON.stringify(getFilter(exploration, id) ?? null) === JSON.stringify(filter)) return exploration;
  const { [id]: _, ...others } = exploration.filters;
  return rewindTable({ ...exploration, filters: filter ? { ...others, [id]: filter } : others, active: id });
}

/** The ways to scale the bars of a page, in the order in which a key goes through them. @type {ValueAxis[]} */
export const VALUE_AXES = ["all", "selection", "share"];

/** @param {Exploration} exploration @param {ValueAxis} valueAxis @returns {Exploration} */
export function setValueAxis(exploration, valueAxis) {
  return valueAxis === (exploration.value_axis ?? "all") ? exploration : { ...exploration, value_axis: valueAxis };
}

/** @param {Exploration} exploration @returns {Exploration} */
export function goToNextValueAxis(exploration) {
  const place = VALUE_AXES.indexOf(exploration.value_axis ?? "all");
  return setValueAxis(exploration, VALUE_AXES[(place + 1) % VALUE_AXES.length]);
}

/** @param {Exploration} exploration @returns {Exploration} */
export function clearFilters(exploration) {
  return Object.keys(exploration.filters).length ? rewindTable({ ...exploration, filters: {}, active: null }) : exploration;
}

/** Scrolls the table to the top, for other rows or another order. @param {Exploration} exploration @returns {Exploration} */
const rewindTable = (exploration) => scrollTable(exploration, 0);

/** @param {Exploration} exploration @param {number} at the first row on screen @returns {Exploration} */
export function scrollTable(exploration, at) {
  const { table } = exploration;
  return table && table.at !== at ? { ...exploration, table: { ...table, at } } : exploration;
}

/**
 * Closes the table, or opens it as it was left; at the first row if other rows pass the filters by now.
 * @param {Exploration} exploration @param {Exploration} [left] the last one with the table open @returns {Exploration}
 */
export function toggleTable(exploration, left) {
  if (exploration.table) return { ...exploration, table: null };
  const table = left?.table ?? { sort: null, descending: false, at: 0 };
  const same = JSON.stringify(left?.filters) === JSON.stringify(exploration.filters);
  return { ...exploration, table: same ? table : { ...table, at: 0 } };
}

/** The next sort state of a column: ascending, descending, unsorted. @param {TableState} table @param {string} column @returns {TableState} */
function getNextSort(table, column) {
  const { sort, descending } = table;
  if (sort !== column) return { ...table, sort: column, descending: false, at: 0 };
  return { ...table, sort: descending ? null : column, descending: !descending, at: 0 };
}

/** @param {Exploration} exploration @param {string} column @returns {Exploration} */
export function sortTable(exploration, column) {
  return exploration.table ? { ...exploration, table: getNextSort(exploration.table, column) } : exploration;
}

/** Hides columns of the table; an empty list shows all. @param {Exploration} exploration @param {string[]} hidden @returns {Exploration} */
export function hideColumns(exploration, hidden) {
  const { table } = exploration;
  if (!table || JSON.stringify(table.hidden ?? []) === JSON.stringify(hidden)) return exploration;
  return { ...exploration, table: { ...table, hidden } };
}

/** @param {number} width @param {number} height @returns {{ width: number, height: number }} within the grid */
export function clampSize(width, height) {
  return { width: Math.max(2, Math.min(12, width)), height: Math.max(1, Math.min(6, height)) };
}
