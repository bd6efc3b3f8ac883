/** Renders a chart: keeps its scene, computes the layout when the geometry changes and repaints what has changed. */

/** @import {Plot, Scene} from "./types.js" */

import { describeChart, formatTooltip } from "./description.js";
import { formatReadout } from "./readout.js";
import { updateBarOrder } from "./category-order.js";
import { fitShownDomain } from "./value-scaling.js";
import { createChartElements } from "./chart-elements.js";

export class ChartRenderer {
  /** @type {import("./keyboard-controls.js").KeyboardControls | null} */
  keyboardControls = null;
  /** @type {Plot | null} */
  #plot = null;
  #readout = "";

  /** @param {HTMLElement} element @param {Scene} scene */
  constructor(element, scene) {
    this.elements = createChartElements(element);
    this.scene = scene;
  }

  /** @returns {Plot} */
  get plot() {
    this.#plot ??= this.#createPlot();
    return this.#plot;
  }

  /** The geometry has changed. */
  invalidateLayout() {
    this.#plot = null;
    this.invalidateBackground();
  }

  /** Colours or the content of the background have changed, the geometry has not. */
  invalidateBackground() {
    this.elements.canvas.invalidateBackground();
  }

  /** The foreground, which changes every frame, has changed. */
  invalidateForeground() {
    this.elements.canvas.invalidateForeground();
  }

  /** The selection or the pointer has changed. */
  invalidateMarks() {
    if (this.scene.traits.isList) this.invalidateBackground();
    else this.invalidateForeground();
  }

  draw() {
    const { scene, elements: { canvas } } = this;
    if (scene.width < 1 || scene.height < 1 || !canvas.paint(scene, this.plot)) return;
    this.keyboardControls?.updatePositions();
    this.#showReadout(formatReadout(scene));
  }

  /** Fits the value axis to what is shown; never during a drag in this chart. */
  fitValueDomain() {
    const { scene } = this;
    if (scene.isDragging || !scene.shown || !scene.ghost) return;
    const fitted = fitShownDomain(scene);
    if (`${fitted}` === `${scene.fittedDomain}`) return;
    scene.fittedDomain = fitted;
    this.invalidateLayout();
  }

  /** Sorts the bars by what is shown; never while a brush moves. */
  sortBars() {
    if (!this.scene.isDragging && !this.scene.isPageBrushing && updateBarOrder(this.scene)) this.invalidateLayout();
  }

  /** Updates the texts for screen readers. */
  updateLabels() {
    const { root, canvas, surface } = this.elements;
    root.setAttribute("aria-label", this.scene.model.title);
    root.title = formatTooltip(this.scene);
    root.setAttribute("aria-busy", `${this.scene.state === "stale"}`);
    setImageLabel(canvas.element, describeChart(this.scene));
    surface.inert = !this.scene.traits.brush;
    this.keyboardControls?.updateLabels();
  }

  #createPlot() {
    const { scene, elements } = this;
    const plot = scene.traits.createPlot(scene);
    elements.surface.style.top = scene.traits.isList ? `${plot.frame.top}px` : "0";
    this.#plot = plot;
    this.keyboardControls?.updateSizes();
    return plot;
  }

  /** @param {string} text */
  #showReadout(text) {
    if (text === this.#readout) return;
    this.elements.readout.textContent = this.#readout = text;
  }
}

/** Exposes a canvas to screen readers as an image with a label; it is hidden from them until then. @param {HTMLCanvasElement} canvas @param {string} words */
function setImageLabel(canvas, words) {
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words);
}
