/** A list of categories for keyboard and screen reader: a listbox whose options are laid over the painted rows. */

/** @import {Plot, Scene} from "./types.js" */
/** @typedef {{element: HTMLElement, cell: number}} ListboxOption */

import { getSelectedCodes } from "./category-selection.js";
import { appendElement } from "./chart-elements.js";
import { formatCell } from "./labels.js";
import { formatAmount } from "./readout.js";

/**
 * @param {HTMLElement} parent
 * @param {Scene} scene
 * @param {Plot} plot
 * @returns {ListboxOption[]}
 */
export function createOptions(parent, scene, plot) {
  parent.setAttribute("role", "listbox");
  parent.setAttribute("aria-multiselectable", "true");
  parent.setAttribute("aria-label", scene.bins[0].axis.label);
  return plot.rows.map(({ cell }, i) => {
    const element = appendElement(parent, "dx-option");
    element.setAttribute("role", "option");
    element.tabIndex = i ? -1 : 0;
    return { element, cell };
  });
}

/**
 * @param {ListboxOption[]} options
 * @param {Plot} plot
 * @param {HTMLElement} parent
 */
export function positionOptions(options, plot, parent) {
  options.forEach(({ element }, i) => {
    element.style.top = `${plot.rows[i].top - plot.frame.top}px`;
    element.style.height = `${plot.rows[i].height}px`;
  });
  const last = plot.rows[plot.rows.length - 1];
  parent.style.height = `${last.top + last.height - plot.frame.top}px`;
}

/**
 * @param {ListboxOption[]} options
 * @param {Scene} scene
 */
export function labelOptions(options, scene) {
  const chosen = getSelectedCodes(scene.selection);
  for (const { element, cell } of options) {
    const value = scene.values ? `: ${formatAmount(scene, cell)}` : "";
    element.setAttribute("aria-label", formatCell(scene.bins[0], cell) + value);
    element.setAttribute("aria-selected", `${chosen.includes(cell)}`);
  }
}

/** @type {Record<string, number>} */
const KEY_STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

/**
 * The option that a key moves to; null for other keys.
 * @param {ListboxOption[]} options
 * @param {ListboxOption} from
 * @param {string} key
 */
export function findNextOption(options, from, key) {
  if (!(key in KEY_STEPS)) return null;
  return options[Math.max(0, Math.min(options.length - 1, options.indexOf(from) + KEY_STEPS[key]))];
}

/** Moves the focus and the tab stop to an option. @param {ListboxOption[]} options @param {ListboxOption} to @param {boolean} scroll bring it into view */
export function focusOption(options, to, scroll) {
  for (const { element } of options) element.tabIndex = element === to.element ? 0 : -1;
  to.element.focus({ preventScroll: !scroll });
}
