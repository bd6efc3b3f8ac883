/**
 * The URL's hash: `#v=1&x=<rison>`. The server reads it; the page only writes it.
 * @import { Exploration, View } from "./types.js"
 */
import { RISON } from "../vendor/library.js";

/** @param {string} text @returns {string} percent-encoded where a hash or query parser would misread it */
const escapeHash = (text) => encodeURIComponent(text).replace(/%(2C|3A|40|24|2F)/g, decodeURIComponent);

/** A quoted string, or an unquoted number or word. */
const RISON_TOKEN = /'(?:![!']|[^!'])*'|[^'!:(),*@$ ]+/g;
const PLAIN_TOKEN = /^'|^[-\w.\u0080-\uffff]+$/;

/** @param {object} value @returns {string} with quotes around everything that a parser might not read as a word */
const stringifyRison = (value) => RISON.stringify(value).replace(RISON_TOKEN, (token) => (PLAIN_TOKEN.test(token) ? token : `'${token}'`));

/** Defaults that the server assumes for parts that are left out. */
const DEFAULTS = { columns: [], scales: [], bins: [], measure: { aggregate: "count", column: null }, width: 4, height: 2 };

/** @param {object} part @param {Record<string, unknown>} [defaults] @returns {object} without default values */
function omitDefaults(part, defaults = {}) {
  const isSignificant = (/** @type {[string, unknown]} */ [name, value]) =>
    value !== null && value !== false && JSON.stringify(value) !== JSON.stringify(defaults[name]);
  return Object.fromEntries(Object.entries(part).filter(isSignificant));
}

/** @param {View} view */
const omitViewDefaults = (view) => omitDefaults({ ...view, scales: view.scales.map((scale) => omitDefaults(scale)) }, DEFAULTS);

/**
 * The hash of an exploration; views are left out if they are the suggested ones.
 * @param {Exploration} exploration @param {Exploration} suggested @returns {string} begins with "#"
 */
export function formatHash(exploration, suggested) {
  const { dataset, version, filters, views, active, table, value_axis: valueAxis = "all" } = exploration;
  /** @type {Record<string, unknown>} */
  const parts = { d: dataset, at: version };
  const filtered = Object.entries(filters).map(([id, filter]) => [id, omitDefaults(filter)]);
  if (filtered.length) parts.f = Object.fromEntries(filtered);
  if (JSON.stringify(views) !== JSON.stringify(suggested.views)) parts.w = views.map(omitViewDefaults);
  if (active) parts.on = active;
  if (valueAxis !== "all") parts.y = valueAxis;
  if (table) parts.t = omitDefaults(table, { at: 0, hidden: [] });
  return `#v=1&x=${escapeHash(stringifyRison(parts))}`;
}
