/** A chart that can be brushed. */

/** @import {ChartCallbacks, ChartModel, Scene, Selection, ResultState, DataTable} from "./types.js" */

import { CHART_KINDS } from "./chart-kinds.js";
import { createBins, sameAxes, sameSelection } from "./bins.js";
import { updateBarOrder } from "./category-order.js";
import { describeChart, createTable } from "./description.js";
import { connectInteractions } from "./interactions.js";
import { loadOutlines } from "./state-outlines.js";
import { ChartRenderer } from "./chart-renderer.js";
import { readTheme } from "./theme.js";
import { computeShares, getScaling, growShownDomain } from "./value-scaling.js";

/** Idle time after which a chart fits its value axis and updates its labels, milliseconds. */
const SETTLE_DELAY = 400;

/**
 * @param {HTMLElement} element its inner size is the chart's
 * @param {ChartCallbacks} callbacks
 */
export function createChart(element, callbacks) {
  return new Chart(element, callbacks);
}

export class Chart {
  #abortController = new AbortController();
  #frameRequest = 0;
  #settleTimer = 0;
  #changedAt = 0;
  /** @type {(() => void) | null} */
  #disconnect = null;

  /** @param {HTMLElement} element @param {ChartCallbacks} callbacks */
  constructor(element, callbacks) {
    this.callbacks = callbacks;
    this.scene = createEmptyScene(element);
    this.renderer = new ChartRenderer(element, this.scene);
    const notifyActivated = () => callbacks.onActivate(this.scene.model.id);
    element.addEventListener("pointerenter", notifyActivated, { signal: this.#abortController.signal });
    element.addEventListener("focusin", notifyActivated, { signal: this.#abortController.signal });
    document.fonts.addEventListener("loadingdone", () => this.#invalidateLayout(), { signal: this.#abortController.signal });
  }

  /** Sets what to show. Other axes or another kind drop the old values. @param {ChartModel} model */
  setModel(model) {
    const { scene } = this;
    const same = model.kind === scene.model.kind && model.id === scene.model.id && sameAxes(model.axes, scene.model.axes);
    const measured = JSON.stringify(model.measure) === JSON.stringify(scene.model.measure);
    const sorted = model.order === scene.model.order;
    scene.model = model;
    scene.traits = CHART_KINDS[model.kind];
    if (!same || !measured) Object.assign(scene, { ghost: null, values: null, shown: null, fittedDomain: null });
    if (!same || !measured || !sorted) scene.barOrder = null;
    if (!same) this.#replaceModel(model);
    else if (!scene.isZooming) scene.zoomDomains = model.axes.map(() => null);
    if (model.outlines) void loadOutlines().then(() => this.#invalidateLayout());
    this.renderer.elements.root.dataset.kind = model.kind;
    if (!same) this.renderer.updateLabels();
    this.#updateScaling();
    this.#invalidateLayout();
  }

  /** Sets the unfiltered values, special cells included, y-major. The array is kept, not copied. @param {Float64Array} cells */
  setGhost(cells) {
    if (!this.scene.ghost) this.scene.barOrder = null;
    this.scene.ghost = cells;
    this.#updateScaling();
    this.#invalidateLayout();
  }

  /** Sets the filtered values. The array is kept: change it and set it again. @param {Float64Array} cells @param {ResultState} state */
  setValues(cells, state) {
    const { scene, renderer } = this;
    if (state !== scene.state) renderer.elements.root.dataset.state = state;
    if (state !== scene.state) renderer.elements.root.setAttribute("aria-busy", `${state === "stale"}`);
    scene.values = cells;
    scene.state = state;
    this.#updateShown();
    renderer.invalidateForeground();
    this.#postponeSettling();
  }

  /** @param {Selection | null} selection */
  setSelection(selection) {
    if (sameSelection(selection, this.scene.selection)) return;
    this.scene.selection = selection;
    this.renderer.invalidateMarks();
    if (!this.scene.isDragging) this.renderer.updateLabels();
  }

  /** A brush has started or stopped moving on the page: the order of bars doesn't change meanwhile. @param {boolean} isBrushing */
  setPageBrushing(isBrushing) {
    if (isBrushing === this.scene.isPageBrushing) return;
    this.scene.isPageBrushing = isBrushing;
    this.#postponeSettling();
  }

  /** How many rows of the dataset are selected, for the readout. @param {number} rows @param {number} all rows of the dataset */
  setSelectedRows(rows, all) {
    if (rows === this.scene.selectedRows && all === this.scene.allRows) return;
    this.scene.selectedRows = rows;
    this.scene.allRows = all;
    if (this.scene.selection) this.renderer.invalidateForeground();
  }

  /** Repaints what has changed, now. */
  draw() {
    cancelAnimationFrame(this.#frameRequest);
    this.#frameRequest = 0;
    if (this.scene.model.id) this.renderer.draw();
  }

  /** Reads the element's size again. */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.renderer.elements.root;
    Object.assign(this.scene, { width, height, ratio: devicePixelRatio });
    this.#invalidateLayout();
  }

  /** Reads the page's colours again. */
  updateTheme() {
    this.scene.theme = readTheme(this.renderer.elements.root);
    this.#invalidateLayout();
  }

  /** The chart in a few sentences. */
  getDescription() {
    return describeChart(this.scene);
  }

  /** @returns {DataTable} */
  toTable() {
    return createTable(this.scene);
  }

  destroy() {
    this.#abortController.abort();
    this.#disconnect?.();
    clearTimeout(this.#settleTimer);
    cancelAnimationFrame(this.#frameRequest);
    this.renderer.elements.root.replaceChildren();
  }

  /** @param {ChartModel} model */
  #replaceModel(model) {
    const { scene, renderer } = this;
    const focused = [...renderer.elements.controls.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.#disconnect?.();
    Object.assign(scene, { bins: model.axes.map(createBins), zoomDomains: model.axes.map(() => null), selection: null });
    Object.assign(scene, { hoveredCell: -1, scroll: 0, isDragging: false, isZooming: false, isReadoutHeld: false });
    renderer.invalidateLayout();
    this.#disconnect = connectInteractions(renderer, this.callbacks, () => this.#requestRedraw());
    renderer.keyboardControls?.updateSizes();
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (renderer.elements.controls.children[focused])?.focus({ preventScroll: true });
  }

  #invalidateLayout() {
    this.renderer.invalidateLayout();
    this.#requestRedraw();
    this.#settleTimer ||= window.setTimeout(this.#settle, SETTLE_DELAY);
  }

  /** Chooses the scale, which depends on the model and the unfiltered values. */
  #updateScaling() {
    const { scene } = this;
    const scaling = getScaling(scene);
    if (scaling !== scene.scaling) Object.assign(scene, { scaling, fittedDomain: null });
    this.#updateShown();
  }

  /** Updates what is drawn of new values: in a frame of a drag without an allocation, unless the axis must grow. */
  #updateShown() {
    const { scene } = this;
    scene.shown = scene.scaling === "share" && scene.values && scene.ghost ? this.#computeShares(scene.values, scene.ghost) : scene.values;
    if (growShownDomain(scene)) this.renderer.invalidateLayout();
    if (!scene.barOrder && updateBarOrder(scene)) this.renderer.invalidateLayout();
  }

  /** @param {Float64Array} values @param {Float64Array} ghost */
  #computeShares(values, ghost) {
    const { scene } = this;
    if (scene.shares.length !== values.length) scene.shares = new Float64Array(values.length);
    return computeShares(values, ghost, scene.shares);
  }

  /** Lets the chart settle when nothing has changed for a while. */
  #postponeSettling() {
    this.#changedAt = performance.now();
    this.#settleTimer ||= window.setTimeout(this.#settle, SETTLE_DELAY);
  }

  #requestRedraw() {
    if (this.callbacks.onRedraw) this.callbacks.onRedraw(this.scene.model.id);
    else this.#frameRequest ||= requestAnimationFrame(() => this.draw());
  }

  #settle = () => {
    const quiet = performance.now() - this.#changedAt;
    this.#settleTimer = quiet < SETTLE_DELAY ? window.setTimeout(this.#settle, SETTLE_DELAY - quiet) : 0;
    if (this.#settleTimer) return;
    this.renderer.fitValueDomain();
    this.renderer.sortBars();
    this.renderer.updateLabels();
    this.#requestRedraw();
  };
}

/** @param {HTMLElement} element @returns {Scene} */
function createEmptyScene(element) {
  return {
    model: { id: "", kind: "figure", title: "", axes: [], measure: { aggregate: "count", column: null }, measureLabel: "", outlines: false, order: null, valueAxis: "all" },
    traits: CHART_KINDS.figure, bins: [], ghost: null, values: null, shown: null, shares: new Float64Array(0), scaling: "all", barOrder: null,
    isPageBrushing: false, selectedRows: NaN, allRows: NaN, isReadoutHeld: false, state: "exact", selection: null, theme: readTheme(element),
    width: element.clientWidth, height: element.clientHeight, ratio: devicePixelRatio,
    hoveredCell: -1, isDragging: false, isZooming: false, zoomDomains: [], scroll: 0, fittedDomain: null,
  };
}
