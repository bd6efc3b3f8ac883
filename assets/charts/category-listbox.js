/** A list of categories for keyboard and screen reader: a listbox whose options lie over the painted rows. */

/** @import {Plot, Scene} from "./types.js" */
/** @typedef {{element: HTMLElement, cell: number}} Option */

import { formatNumber } from "./format.js";
import { codesOf } from "./category-selection.js";
import { child } from "./chart-elements.js";
import { cellText } from "./labels.js";

/**
 * @param {HTMLElement} parent
 * @param {Scene} scene
 * @param {Plot} plot
 * @returns {Option[]}
 */
export function createOptions(parent, scene, plot) {
  parent.setAttribute("role", "listbox");
  parent.setAttribute("aria-multiselectable", "true");
  parent.setAttribute("aria-label", scene.bins[0].axis.label);
  return plot.rows.map(({ cell }, i) => {
    const element = child(parent, "dx-option");
    element.setAttribute("role", "option");
    element.tabIndex = i ? -1 : 0;
    return { element, cell };
  });
}

/**
 * @param {Option[]} options
 * @param {Plot} plot
 * @param {HTMLElement} parent
 */
export function placeOptions(options, plot, parent) {
  options.forEach(({ element }, i) => {
    element.style.top = `${plot.rows[i].top - plot.frame.top}px`;
    element.style.height = `${plot.rows[i].height}px`;
  });
  const last = plot.rows[plot.rows.length - 1];
  parent.style.height = `${last.top + last.height - plot.frame.top}px`;
}

/**
 * @param {Option[]} options
 * @param {Scene} scene
 */
export function nameOptions(options, scene) {
  const chosen = codesOf(scene.selection);
  for (const { element, cell } of options) {
    const value = scene.values ? `: ${formatNumber(scene.values[cell])}` : "";
    element.setAttribute("aria-label", cellText(scene.bins[0], cell) + value);
    element.setAttribute("aria-selected", `${chosen.includes(cell)}`);
  }
}

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

/**
 * The option that a key leads to, null for other keys.
 * @param {Option[]} options
 * @param {Option} from
 * @param {string} key
 */
export function optionAfter(options, from, key) {
  if (!(key in STEPS)) return null;
  return options[Math.max(0, Math.min(options.length - 1, options.indexOf(from) + STEPS[key]))];
}

/** Moves the one stop of the Tab key. @param {Option[]} options @param {Option} to @param {boolean} scroll bring it into view */
export function focusOption(options, to, scroll) {
  for (const { element } of options) element.tabIndex = element === to.element ? 0 : -1;
  to.element.focus({ preventScroll: !scroll });
}
