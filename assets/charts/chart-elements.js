/** The elements of a chart. */

/** @typedef {{root: HTMLElement, canvas: LayeredCanvas, readout: HTMLElement, surface: HTMLElement, controls: HTMLElement}} ChartElements */

import { LayeredCanvas } from "./layered-canvas.js";

/**
 * @param {HTMLElement} root
 * @returns {ChartElements}
 */
export function createChartElements(root) {
  root.classList.add("dx-chart");
  root.setAttribute("role", "group");
  const canvas = new LayeredCanvas();
  canvas.element.setAttribute("aria-hidden", "true");
  root.append(canvas.element);
  const readout = appendElement(root, "dx-readout");
  readout.setAttribute("aria-hidden", "true");
  const surface = appendElement(root, "dx-surface");
  return { root, canvas, readout, surface, controls: appendElement(surface, "dx-controls") };
}

/** @param {HTMLElement} parent @param {string} name */
export function appendElement(parent, name) {
  const element = document.createElement("div");
  element.className = name;
  parent.append(element);
  return element;
}
