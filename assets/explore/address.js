/**
 * The URL's hash: `#v=1&x=<rison>`. The server reads it; the page only writes it.
 * @import { Exploration } from "./types.js"
 */
import { RISON } from "../vendor/library.js";

/** @param {string} text @returns {string} percent-encoded where a hash or a query reader would trip */
const escape = (text) => encodeURIComponent(text).replace(/%(2C|3A|40|24|2F)/g, decodeURIComponent);

/** @param {Exploration["views"]} views */
const layout = (views) => JSON.stringify(views);

/**
 * Short: views are left out while they are the suggested ones.
 * @param {Exploration} exploration @param {Exploration} suggested @returns {string} begins with "#"
 */
export function encode(exploration, suggested) {
  const { dataset, version, filters, views, active } = exploration;
  /** @type {Record<string, unknown>} */
  const parts = { d: dataset, at: version };
  if (Object.keys(filters).length) parts.f = filters;
  if (layout(views) !== layout(suggested.views)) parts.w = views;
  if (active) parts.on = active;
  return `#v=1&x=${escape(RISON.stringify(parts))}`;
}
