/**
 * Filters and views in words.
 * @import { Bounds, Column, Description, Exploration, Filter, Table, View } from "./types.js"
 */
import { formatTime } from "../charts/format.js";
import { filterOf } from "./exploration.js";
import { isMap } from "./chart-kinds.js";
import { number, span, until } from "./number-format.js";

const AGGREGATES = { count: "Rows", sum: "Sum of", mean: "Mean", min: "Lowest", max: "Highest" };
const NAMED = 4;

/** @param {Description} description @param {string} name @returns {Column | undefined} */
export const findColumn = (description, name) => description.columns.find((column) => column.name === name);

/** @param {Description} description @param {string | null} name */
export const label = (description, name) => (name && findColumn(description, name)?.label) || name || "";

/** "Delay (min)" is a delay, in minutes. @param {string} text */
function named(text) {
  const [, name, unit] = /^(.+) \(([^()]{1,8})\)$/.exec(text) ?? [];
  return name ? { name, unit: `\u00a0${unit}` } : { name: text, unit: "" };
}

/** Within a sentence: "delay", but "IATA code". @param {string} text */
const inner = (text) => (/^\p{Lu}\p{Ll}/u.test(text) ? text[0].toLowerCase() + text.slice(1) : text);

/** @param {Bounds} bounds */
function timeBounds({ lo, hi }) {
  if (lo !== null && hi !== null) return span(lo, hi);
  if (lo !== null) return `from ${formatTime(lo)}`;
  return until(/** @type {number} */ (hi));
}

/** @param {Bounds} bounds */
function wholeBounds({ lo, hi }) {
  const last = hi === null ? null : hi - 1;
  if (lo !== null && last !== null) {
    return lo === last ? `is ${number(lo)}` : `is between ${number(lo)} and ${number(last)}`;
  }
  return lo !== null ? `is at least ${number(lo)}` : `is at most ${number(/** @type {number} */ (last))}`;
}

/** @param {Bounds} bounds */
function numberBounds({ lo, hi }) {
  if (lo !== null && hi !== null) return `is between ${number(lo)} and ${number(hi)}`;
  return lo !== null ? `is at least ${number(lo)}` : `is below ${number(/** @type {number} */ (hi))}`;
}

/** @param {Column | undefined} column @param {Bounds} bounds */
function boundsWords(column, bounds) {
  if (bounds.lo === null && bounds.hi === null) return "has a value";
  if (column?.kind === "time") return timeBounds(bounds);
  const wholes = column?.integer && [bounds.lo, bounds.hi].every((bound) => bound === null || Number.isInteger(bound));
  return (wholes ? wholeBounds(bounds) : numberBounds(bounds)) + named(column?.label ?? "").unit;
}

/** @param {string[]} names */
function list(names) {
  if (names.length > NAMED + 1) return `one of ${names.length}: ${names.slice(0, NAMED).join(", ")}, …`;
  const last = names[names.length - 1];
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${last}` : last;
}

/** @param {Extract<Filter, { type: "members" }>} filter */
function membersWords({ values, other, nulls }) {
  const shown = values.map((value) => (value === "" ? "empty" : value));
  return `is ${list([...shown, ...(other ? ["any other"] : []), ...(nulls ? ["missing"] : [])])}`;
}

/**
 * A filter as subject and predicate: {subject: "Delay", predicate: "is between −5 and 30"}.
 * @param {Filter} filter @param {View} view @param {Description} description
 */
export function filterWords(filter, view, description) {
  const [x, y] = view.columns.map((name) => findColumn(description, name));
  const subject = named(label(description, view.columns[0])).name;
  if (filter.type === "nulls") return { subject, predicate: "is missing" };
  if (filter.type === "members") return { subject, predicate: membersWords(filter) };
  if (filter.type === "box") {
    const second = `${inner(named(label(description, view.columns[1])).name)} ${boundsWords(y, filter.y)}`;
    return { subject, predicate: `${boundsWords(x, filter.x)}, ${second}` };
  }
  const tail = filter.nulls ? " or is missing" : "";
  return { subject, predicate: boundsWords(x, filter) + tail };
}

/** @param {Exploration} exploration @param {Description} description @returns {string[]} one sentence a filter */
export function sentences(exploration, description) {
  return exploration.views.flatMap((view) => {
    const filter = filterOf(exploration, view.id);
    if (!filter) return [];
    const { subject, predicate } = filterWords(filter, view, description);
    return [`${subject} ${predicate}`];
  });
}

/** @param {View} view @param {Description} description */
export function measureWords(view, description) {
  const { aggregate, column } = view.measure;
  const verb = AGGREGATES[aggregate];
  return column ? `${verb} ${inner(label(description, column))}` : verb;
}

/** @param {View} view @param {Description} description @returns {string} the title given, or one from its columns */
export function viewTitle(view, description) {
  if (view.title) return view.title;
  const measure = measureWords(view, description);
  const [x, y] = view.columns.map((name) => label(description, name));
  if (x === undefined) return measure;
  if (view.measure.column) return `${measure} by ${[x, ...(y ? [y] : [])].map(inner).join(" and ")}`;
  if (y === undefined) return x;
  return isMap(view) ? "Map" : `${y} by ${inner(x)}`;
}

/** In which order a table shows its rows. @param {Table} table @param {Description} description */
export function orderWords({ sort, descending }, description) {
  if (!sort) return "as stored";
  return `by ${inner(label(description, sort))}, ${descending ? "descending" : "ascending"}`;
}
