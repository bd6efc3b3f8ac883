/** A chart that can be brushed. */

/** @import {Callbacks, Model, Scene, Selection, State, Table} from "./types.js" */

import { binsOf, sameAxes, sameSelection } from "./bins.js";
import { describe, table } from "./description.js";
import { connect } from "./interactions.js";
import { loadOutlines } from "./state-outlines.js";
import { Stage } from "./chart-renderer.js";
import { readTheme } from "./theme.js";

/** Quiet time after which a chart fits its levels to what it shows and says so, milliseconds. */
const QUIET = 400;

/**
 * @param {HTMLElement} element its inner size is the chart's
 * @param {Callbacks} callbacks
 */
export function createChart(element, callbacks) {
  return new Chart(element, callbacks);
}

export class Chart {
  #stop = new AbortController();
  #frame = 0;
  #timer = 0;
  #changed = 0;
  /** @type {(() => void) | null} */
  #release = null;

  /** @param {HTMLElement} element @param {Callbacks} callbacks */
  constructor(element, callbacks) {
    this.callbacks = callbacks;
    this.scene = emptyScene(element);
    this.stage = new Stage(element, this.scene);
    const activate = () => callbacks.onActivate(this.scene.model.id);
    element.addEventListener("pointerenter", activate, { signal: this.#stop.signal });
    element.addEventListener("focusin", activate, { signal: this.#stop.signal });
    document.fonts.addEventListener("loadingdone", () => this.#refresh(), { signal: this.#stop.signal });
  }

  /** What to show. Other axes or another kind drop the numbers of the old ones. @param {Model} model */
  setModel(model) {
    const { scene } = this;
    const same = model.kind === scene.model.kind && model.id === scene.model.id && sameAxes(model.axes, scene.model.axes);
    const measured = JSON.stringify(model.measure) === JSON.stringify(scene.model.measure);
    scene.model = model;
    if (!same || !measured) Object.assign(scene, { ghost: null, values: null, fitted: null });
    if (!same) this.#replace(model);
    else if (!scene.zooming) scene.domains = model.axes.map(() => null);
    if (model.outlines) void loadOutlines().then(() => this.#refresh());
    this.stage.view.root.dataset.kind = model.kind;
    if (!same) this.stage.name();
    this.#refresh();
  }

  /** The cells of all rows, special cells included, y-major. The array is kept, not copied. @param {Float64Array} cells */
  setGhost(cells) {
    this.scene.ghost = cells;
    this.#refresh();
  }

  /** The cells of the rows that pass. The array is kept: change it and set it again. @param {Float64Array} cells @param {State} state */
  setValues(cells, state) {
    const { scene, stage } = this;
    if (state !== scene.state) stage.view.root.dataset.state = state;
    if (state !== scene.state) stage.view.root.setAttribute("aria-busy", `${state === "stale"}`);
    scene.values = cells;
    scene.state = state;
    stage.touch();
    this.#changed = performance.now();
    this.#timer ||= window.setTimeout(this.#rest, QUIET);
  }

  /** @param {Selection | null} selection */
  setSelection(selection) {
    if (sameSelection(selection, this.scene.selection)) return;
    this.scene.selection = selection;
    this.stage.mark();
    if (!this.scene.busy) this.stage.name();
  }

  /** Paints what has changed, now. */
  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.scene.model.id) this.stage.draw();
  }

  /** Takes the element's size again. */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage.view.root;
    Object.assign(this.scene, { width, height, ratio: devicePixelRatio });
    this.#refresh();
  }

  /** Takes the page's colours again. */
  theme() {
    this.scene.theme = readTheme(this.stage.view.root);
    this.#refresh();
  }

  /** The chart in a few sentences. */
  describe() {
    return describe(this.scene);
  }

  /** @returns {Table} */
  table() {
    return table(this.scene);
  }

  destroy() {
    this.#stop.abort();
    this.#release?.();
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.stage.view.root.replaceChildren();
  }

  /** @param {Model} model */
  #replace(model) {
    const { scene, stage } = this;
    const focused = [...stage.view.controls.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.#release?.();
    Object.assign(scene, { bins: model.axes.map(binsOf), domains: model.axes.map(() => null), selection: null });
    Object.assign(scene, { hover: -1, scroll: 0, busy: false, zooming: false });
    stage.relayout();
    this.#release = connect(stage, this.callbacks, () => this.#redraw());
    stage.controls?.size();
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (stage.view.controls.children[focused])?.focus({ preventScroll: true });
  }

  #refresh() {
    this.stage.relayout();
    this.#redraw();
    this.#timer ||= window.setTimeout(this.#rest, QUIET);
  }

  #redraw() {
    if (this.callbacks.onRedraw) this.callbacks.onRedraw(this.scene.model.id);
    else this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  #rest = () => {
    const quiet = performance.now() - this.#changed;
    this.#timer = quiet < QUIET ? window.setTimeout(this.#rest, QUIET - quiet) : 0;
    if (this.#timer) return;
    this.stage.refit();
    this.stage.name();
    this.#redraw();
  };
}

/** @param {HTMLElement} element @returns {Scene} */
function emptyScene(element) {
  return {
    model: { id: "", kind: "figure", title: "", axes: [], measure: { aggregate: "count", column: null }, outlines: false, rows: 0 },
    bins: [], ghost: null, values: null, state: "exact", selection: null, theme: readTheme(element),
    width: element.clientWidth, height: element.clientHeight, ratio: devicePixelRatio,
    hover: -1, busy: false, zooming: false, domains: [], scroll: 0, fitted: null,
  };
}
