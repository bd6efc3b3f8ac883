/**
 * The one state object and the edits a person makes to it. Every edit answers a new exploration, or the same one
 * when nothing changes.
 * @import { Exploration, Filter, Table, View } from "./types.js"
 */

export const MOST_VIEWS = 32;

/** @param {Exploration} exploration @param {string} id @returns {View | undefined} */
export const findView = (exploration, id) => exploration.views.find((view) => view.id === id);

/**
 * The filter of a view. An id may be a name that every object knows, such as that of a column "constructor".
 * @param {Pick<Exploration, "filters">} exploration @param {string} id @returns {Filter | undefined}
 */
export const filterOf = ({ filters }, id) => (Object.hasOwn(filters, id) ? filters[id] : undefined);

/** @param {Exploration} exploration @returns {string} an id no view has had while this exploration holds its views */
export function freshId(exploration) {
  const taken = exploration.views.map((view) => Number(/^v(\d+)$/.exec(view.id)?.[1] ?? 0));
  return `v${Math.max(0, ...taken) + 1}`;
}

/** @param {Exploration} exploration @param {View} view @param {number} [index] @returns {Exploration} */
export function addView(exploration, view, index = exploration.views.length) {
  if (exploration.views.length >= MOST_VIEWS) return exploration;
  return { ...exploration, views: exploration.views.toSpliced(index, 0, view) };
}

/** @param {Exploration} exploration @param {string} id @returns {Exploration} */
export function removeView(exploration, id) {
  if (!findView(exploration, id)) return exploration;
  const { [id]: _, ...filters } = exploration.filters;
  const active = exploration.active === id ? null : exploration.active;
  const next = { ...exploration, views: exploration.views.filter((view) => view.id !== id), filters, active };
  return filterOf(exploration, id) ? rewound(next) : next;
}

/** @param {View} before @param {View} after @param {Filter | undefined} filter @returns {boolean} */
function filterOutlives(before, after, filter) {
  if (before.columns.join("\0") !== after.columns.join("\0")) return false;
  const other = filter?.type === "members" && filter.other;
  return !other || before.scales[0]?.top === after.scales[0]?.top;
}

/**
 * Changes some properties of a view. Its filter goes when it would no longer mean the same rows.
 * @param {Exploration} exploration @param {string} id @param {Partial<View>} change @returns {Exploration}
 */
export function updateView(exploration, id, change) {
  const before = findView(exploration, id);
  if (!before) return exploration;
  const after = { ...before, ...change };
  if (JSON.stringify(before) === JSON.stringify(after)) return exploration;
  const views = exploration.views.map((view) => (view === before ? after : view));
  const next = { ...exploration, views };
  return filterOutlives(before, after, filterOf(exploration, id)) ? next : setFilter(next, id, null);
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
  if (JSON.stringify(filterOf(exploration, id) ?? null) === JSON.stringify(filter)) return exploration;
  const { [id]: _, ...others } = exploration.filters;
  return rewound({ ...exploration, filters: filter ? { ...others, [id]: filter } : others, active: id });
}

/** @param {Exploration} exploration @returns {Exploration} */
export function clearFilters(exploration) {
  return Object.keys(exploration.filters).length ? rewound({ ...exploration, filters: {}, active: null }) : exploration;
}

/** Other rows, or rows in another order, are shown from the first. @param {Exploration} exploration @returns {Exploration} */
const rewound = (exploration) => scrollTable(exploration, 0);

/** @param {Exploration} exploration @param {number} at the first row on screen @returns {Exploration} */
export function scrollTable(exploration, at) {
  const { table } = exploration;
  return table && table.at !== at ? { ...exploration, table: { ...table, at } } : exploration;
}

/**
 * Closes the table, or opens it as it was left; from the first row, where other rows pass by now.
 * @param {Exploration} exploration @param {Exploration} [left] in which it was seen last @returns {Exploration}
 */
export function toggleTable(exploration, left) {
  if (exploration.table) return { ...exploration, table: null };
  const table = left?.table ?? { sort: null, descending: false, at: 0 };
  const same = JSON.stringify(left?.filters) === JSON.stringify(exploration.filters);
  return { ...exploration, table: same ? table : { ...table, at: 0 } };
}

/** Ascending, descending, and as stored again. @param {Table} table @param {string} column @returns {Table} */
function sorted({ sort, descending }, column) {
  if (sort !== column) return { sort: column, descending: false, at: 0 };
  return { sort: descending ? null : column, descending: !descending, at: 0 };
}

/** @param {Exploration} exploration @param {string} column @returns {Exploration} */
export function sortTable(exploration, column) {
  return exploration.table ? { ...exploration, table: sorted(exploration.table, column) } : exploration;
}

/** @param {number} width @param {number} height @returns {{ width: number, height: number }} within the grid */
export function fitted(width, height) {
  return { width: Math.max(2, Math.min(12, width)), height: Math.max(1, Math.min(6, height)) };
}
