/**
 * Describes filters and views as text.
 * @import { Bounds, Column, DatasetDescription, Exploration, Filter, TableState, View } from "./types.js"
 */
import { AGGREGATES } from "../charts/aggregates.js";
import { formatCategory } from "../charts/category-names.js";
import { formatTime } from "../charts/time-format.js";
import { getFilter } from "./exploration.js";
import { isMapView } from "./view-kinds.js";
import { formatPreciseNumber, formatTimeSpan, formatUntil } from "./number-format.js";

const MAX_NAMED = 4;
/** Code units of a category in a sentence. */
const MAX_NAMED_LENGTH = 80;

/** @param {DatasetDescription} description @param {string} name @returns {Column | undefined} */
export const findColumn = (description, name) => description.columns.find((column) => column.name === name);

/** @param {DatasetDescription} description @param {string | null} name */
export const getColumnLabel = (description, name) => (name && findColumn(description, name)?.label) || name || "";

/** Splits the unit off a label: "Delay (min)" has the unit min. @param {string} text */
function splitUnit(text) {
  const [, name, unit] = /^(.+) \(([^()]{1,8})\)$/.exec(text) ?? [];
  return name ? { name, unit: `\u00a0${unit}` } : { name: text, unit: "" };
}

/** A label within a sentence: "delay", but "IATA code". @param {string} text */
const lowerFirst = (text) => (/^\p{Lu}\p{Ll}/u.test(text) ? text[0].toLowerCase() + text.slice(1) : text);

/** @param {Bounds} bounds */
function formatTimeCondition({ lo, hi }) {
  if (lo !== null && hi !== null) return formatTimeSpan(lo, hi);
  if (lo !== null) return `from ${formatTime(lo)}`;
  return formatUntil(/** @type {number} */ (hi));
}

/** @param {Bounds} bounds */
function formatIntegerCondition({ lo, hi }) {
  const last = hi === null ? null : hi - 1;
  if (lo !== null && last !== null) {
    return lo === last ? `is ${formatPreciseNumber(lo)}` : `is between ${formatPreciseNumber(lo)} and ${formatPreciseNumber(last)}`;
  }
  return lo !== null ? `is at least ${formatPreciseNumber(lo)}` : `is at most ${formatPreciseNumber(/** @type {number} */ (last))}`;
}

/** @param {Bounds} bounds */
function formatNumberCondition({ lo, hi }) {
  if (lo !== null && hi !== null) return `is between ${formatPreciseNumber(lo)} and ${formatPreciseNumber(hi)}`;
  return lo !== null ? `is at least ${formatPreciseNumber(lo)}` : `is below ${formatPreciseNumber(/** @type {number} */ (hi))}`;
}

/** @param {Column | undefined} column @param {Bounds} bounds */
function formatCondition(column, bounds) {
  if (bounds.lo === null && bounds.hi === null) return "has a value";
  const { unit } = splitUnit(column?.label ?? "");
  if (column?.kind === "time") return formatTimeCondition(bounds) + unit;
  const wholes = column?.integer && [bounds.lo, bounds.hi].every((bound) => bound === null || Number.isInteger(bound));
  return (wholes ? formatIntegerCondition(bounds) : formatNumberCondition(bounds)) + unit;
}

/** @param {string[]} names */
function joinNames(names) {
  if (names.length > MAX_NAMED + 1) return `one of ${names.length}: ${names.slice(0, MAX_NAMED).join(", ")}, …`;
  const last = names[names.length - 1];
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${last}` : last;
}

/** @param {Extract<Filter, { type: "members" }>} filter */
function formatMembersCondition({ values, other, nulls }) {
  const shown = values.map((value) => formatCategory(value, MAX_NAMED_LENGTH));
  return `is ${joinNames([...shown, ...(other ? ["any other value"] : []), ...(nulls ? ["missing"] : [])])}`;
}

/**
 * A filter as subject and predicate: {subject: "Delay", predicate: "is between −5 and 30"}.
 * @param {Filter} filter @param {View} view @param {DatasetDescription} description
 */
export function formatFilter(filter, view, description) {
  const [x, y] = view.columns.map((name) => findColumn(description, name));
  const subject = splitUnit(getColumnLabel(description, view.columns[0])).name;
  if (filter.type === "nulls") return { subject, predicate: "is missing" };
  if (filter.type === "members") return { subject, predicate: formatMembersCondition(filter) };
  if (filter.type === "box") {
    const second = `${lowerFirst(splitUnit(getColumnLabel(description, view.columns[1])).name)} ${formatCondition(y, filter.y)}`;
    return { subject, predicate: `${formatCondition(x, filter.x)}, ${second}` };
  }
  const tail = filter.nulls ? " or is missing" : "";
  return { subject, predicate: formatCondition(x, filter) + tail };
}

/** @param {Exploration} exploration @param {DatasetDescription} description @returns {string[]} one sentence per filter */
export function formatFilters(exploration, description) {
  return exploration.views.flatMap((view) => {
    const filter = getFilter(exploration, view.id);
    if (!filter) return [];
    const { subject, predicate } = formatFilter(filter, view, description);
    return [`${subject} ${predicate}`];
  });
}

/** @param {View} view @param {DatasetDescription} description */
export function formatViewMeasure(view, description) {
  const { aggregate, column } = view.measure;
  const { titleStart } = AGGREGATES[aggregate];
  return column ? `${titleStart} ${lowerFirst(getColumnLabel(description, column))}` : titleStart;
}

/** @param {View} view @param {DatasetDescription} description @returns {string} the view's title, or one made of its columns */
export function formatViewTitle(view, description) {
  if (view.title) return view.title;
  const measure = formatViewMeasure(view, description);
  const [x, y] = view.columns.map((name) => getColumnLabel(description, name));
  if (x === undefined) return measure;
  if (view.measure.column && isMapView(view)) return `${measure}, map`;
  if (view.measure.column) return `${measure} by ${[x, ...(y ? [y] : [])].map(lowerFirst).join(" and ")}`;
  if (y === undefined) return x;
  return isMapView(view) ? "Map" : `${y} by ${lowerFirst(x)}`;
}

/** Describes the sort order of the table. @param {TableState} table @param {DatasetDescription} description */
export function formatOrder({ sort, descending }, description) {
  if (!sort) return "Unsorted";
  return `Sorted by ${lowerFirst(getColumnLabel(description, sort))}, ${descending ? "descending" : "ascending"}`;
}
