/** The elements of a chart. */

/** @import {Layer} from "./layers.js" */
/**
 * @typedef {{root: HTMLElement, layers: {background: Layer, foreground: Layer, overlay: Layer}, readout: HTMLElement,
 *   surface: HTMLElement, controls: HTMLElement}} View
 */

import { createLayer } from "./layers.js";

/**
 * @param {HTMLElement} root
 * @returns {View}
 */
export function createView(root) {
  root.classList.add("dx-chart");
  root.setAttribute("role", "group");
  const layers = {
    background: createLayer(root, "background"), foreground: createLayer(root, "foreground"), overlay: createLayer(root, "overlay"),
  };
  for (const { canvas } of Object.values(layers)) canvas.setAttribute("aria-hidden", "true");
  const readout = child(root, "dx-readout");
  readout.setAttribute("aria-hidden", "true");
  const surface = child(root, "dx-surface");
  return { root, layers, readout, surface, controls: child(surface, "dx-controls") };
}

/** @param {HTMLElement} parent @param {string} name */
export function child(parent, name) {
  const element = document.createElement("div");
  element.className = name;
  parent.append(element);
  return element;
}
