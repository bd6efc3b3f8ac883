/**
 * The URL's hash: `#v=1&x=<rison>`. The server reads it; the page only writes it.
 * @import { Exploration, View } from "./types.js"
 */
import { RISON } from "../vendor/library.js";

/** @param {string} text @returns {string} percent-encoded where a hash or a query reader would trip */
const escape = (text) => encodeURIComponent(text).replace(/%(2C|3A|40|24|2F)/g, decodeURIComponent);

/** A text in quotes; or one without, a number or a word. */
const TOKEN = /'(?:![!']|[^!'])*'|[^'!:(),*@$ ]+/g;
const PLAIN = /^'|^[-\w.\u0080-\uffff]+$/;

/** @param {object} value @returns {string} with quotes around all that some reader would not take for a word */
const rison = (value) => RISON.stringify(value).replace(TOKEN, (token) => (PLAIN.test(token) ? token : `'${token}'`));

/** What the server assumes where a part is left out. */
const DEFAULTS = { columns: [], scales: [], bins: [], measure: { aggregate: "count", column: null }, width: 4, height: 2 };

/** @param {object} part @param {Record<string, unknown>} [defaults] @returns {object} without what goes without saying */
function short(part, defaults = {}) {
  const says = (/** @type {[string, unknown]} */ [name, value]) =>
    value !== null && value !== false && JSON.stringify(value) !== JSON.stringify(defaults[name]);
  return Object.fromEntries(Object.entries(part).filter(says));
}

/** @param {View} view */
const shortView = (view) => short({ ...view, scales: view.scales.map((scale) => short(scale)) }, DEFAULTS);

/**
 * Short: views are left out while they are the suggested ones.
 * @param {Exploration} exploration @param {Exploration} suggested @returns {string} begins with "#"
 */
export function encode(exploration, suggested) {
  const { dataset, version, filters, views, active, table } = exploration;
  /** @type {Record<string, unknown>} */
  const parts = { d: dataset, at: version };
  const filtered = Object.entries(filters).map(([id, filter]) => [id, short(filter)]);
  if (filtered.length) parts.f = Object.fromEntries(filtered);
  if (JSON.stringify(views) !== JSON.stringify(suggested.views)) parts.w = views.map(shortView);
  if (active) parts.on = active;
  if (table) parts.t = short(table, { at: 0 });
  return `#v=1&x=${escape(rison(parts))}`;
}
