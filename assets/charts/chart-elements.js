/** The elements of a chart. */

/** @typedef {{root: HTMLElement, canvas: Canvas, readout: HTMLElement, surface: HTMLElement, controls: HTMLElement}} View */

import { Canvas } from "./layered-canvas.js";

/**
 * @param {HTMLElement} root
 * @returns {View}
 */
export function createView(root) {
  root.classList.add("dx-chart");
  root.setAttribute("role", "group");
  const canvas = new Canvas();
  canvas.element.setAttribute("aria-hidden", "true");
  root.append(canvas.element);
  const readout = child(root, "dx-readout");
  readout.setAttribute("aria-hidden", "true");
  const surface = child(root, "dx-surface");
  return { root, canvas, readout, surface, controls: child(surface, "dx-controls") };
}

/** @param {HTMLElement} parent @param {string} name */
export function child(parent, name) {
  const element = document.createElement("div");
  element.className = name;
  parent.append(element);
  return element;
}
