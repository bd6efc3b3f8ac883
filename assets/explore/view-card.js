/**
 * The card of a view in the grid: its title, its menu and its chart.
 * @import { Selection, View } from "./types.js"
 * @import { ValueAxis } from "../charts/types.js"
 * @import { CardActions } from "./card-actions.js"
 * @import { ViewData } from "./cubes/view-data.js"
 */
import { createChart } from "../charts/chart.js";
import { showTableDialog } from "./dialogs.js";
import { h, createIcon, createIconButton, setText } from "./dom.js";
import { startCardMove, startCardResize } from "./card-drag.js";
import { isMapView, getChartKind } from "./view-kinds.js";
import { fillCardMenu } from "./card-menu.js";
import { attachPopover } from "./popovers.js";
import { SortButton } from "./sort-button.js";
import { formatViewMeasure, formatViewTitle } from "./view-text.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {View} view */
const getAxesKey = ({ columns, scales, measure }) => JSON.stringify([columns, scales, measure]);

/** What the chart can change at once, without other data. @param {View} view */
const getLookKey = ({ title, order, value_axis: valueAxis }) => JSON.stringify([title, order ?? null, valueAxis ?? null]);

export class ViewCard {
  /** @type {Selection | null} */ #selection = null;
  /** @type {ViewData | null} */ #viewData = null;
  /** @type {ValueAxis} */ #pageValueAxis = "all";

  /** @param {View} view @param {CardActions} actions @param {HTMLElement} parent in the page: charts read its colours */
  constructor(view, actions, parent) {
    this.view = view;
    this.actions = actions;
    const { id } = view;
    this.title = h("h2", { class: "dx-card-title", id: `dx-title-${id}` });
    this.subtitle = h("span", { class: "dx-card-about" });
    this.statusMark = h("span", { class: "dx-card-mark", "aria-hidden": "true" });
    this.engineLabel = h("span", { class: "dx-card-engine", title: "Engine that computed this chart" });
    this.clearButton = createIconButton("clear", "Clear selection", () => actions.clearFilter(id), { hidden: true });
    this.sortButton = new SortButton((order) => actions.changeView(id, { order }));
    this.menu = h("div", { class: "dx-menu", popover: "auto", id: `dx-menu-${id}` });
    this.menuButton = createIconButton("more", "Options", () => {}, { popovertarget: this.menu.id, "aria-haspopup": "true" });
    this.chartElement = h("div", { class: "dx-card-chart" });
    this.resizeHandle = h("div", { class: "dx-corner", "aria-hidden": "true" });
    const header = h("header", { class: "dx-card-head" }, this.title, this.subtitle, this.statusMark, this.engineLabel, this.sortButton.element, this.clearButton, this.menuButton);
    const attributes = { class: "dx-card", "aria-labelledby": this.title.id, "data-view": id };
    this.element = h("section", attributes, header, this.chartElement, this.resizeHandle, this.menu);
    this.#addListeners(header);
    parent.append(this.element);
    this.chart = createChart(this.chartElement, this.#createCallbacks());
    this.observer = new ResizeObserver(() => {
      this.chart.resize();
      actions.requestRedraw();
    });
    this.observer.observe(this.chartElement);
    this.update(view);
  }

  /** @param {View} view */
  update(view) {
    const before = this.view;
    this.view = view;
    setText(this.title, formatViewTitle(view, this.actions.description));
    const measure = view.columns.length && view.title ? formatViewMeasure(view, this.actions.description) : "";
    setText(this.subtitle, view.measure.column ? measure : "");
    this.element.style.setProperty("--width", String(view.width));
    this.element.style.setProperty("--height", String(view.height));
    this.element.dataset.kind = getChartKind(view);
    this.menuButton.setAttribute("aria-label", `Options for ${this.title.textContent}`);
    this.clearButton.setAttribute("aria-label", `Clear selection in ${this.title.textContent}`);
    this.#refillMenu();
    this.sortButton.showOrder(view);
    if (this.#viewData && getLookKey(before) !== getLookKey(view) && getAxesKey(before) === getAxesKey(view)) this.#updateModel(this.#viewData);
  }

  /** What the bars of the page are scaled to, unless the view says something else. @param {ValueAxis} valueAxis */
  setPageValueAxis(valueAxis) {
    if (valueAxis === this.#pageValueAxis) return;
    this.#pageValueAxis = valueAxis;
    if (this.#viewData && !this.view.value_axis) this.#updateModel(this.#viewData);
  }

  /** Sets new axes and a new ghost. @param {ViewData} viewData */
  setData(viewData) {
    this.#viewData = viewData;
    this.#updateModel(viewData);
    this.#refillMenu();
  }

  /** @param {ViewData} viewData */
  setValues({ values, status, engine }) {
    this.chart.setValues(values, status);
    setText(this.engineLabel, engine);
    if (status !== this.element.dataset.status) this.element.dataset.status = status;
  }

  /** @param {Selection | null} selection */
  setSelection(selection) {
    if (selection === this.#selection) return;
    this.#selection = selection;
    this.chart.setSelection(selection);
    this.clearButton.hidden = selection === null;
  }

  draw() {
    if (this.#viewData) this.chart.draw();
  }

  focus() {
    this.element.scrollIntoView({ block: "nearest" });
    (this.chartElement.querySelector(/** @type {"button"} */ ("[tabindex='0'], button")) ?? this.menuButton).focus();
  }

  startRename() {
    const input = h("input", { class: "dx-input dx-rename", "aria-label": "Title", maxlength: "200" });
    input.value = /** @type {string} */ (this.title.textContent);
    let ended = false;
    const endRename = (/** @type {boolean} */ keep) => {
      if (ended) return;
      ended = true;
      input.replaceWith(this.title);
      const title = input.value.trim() || null;
      if (keep && title !== this.title.textContent) this.actions.changeView(this.view.id, { title });
      this.menuButton.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      endRename(event.key === "Enter");
    });
    input.addEventListener("blur", () => endRename(true));
    this.title.replaceWith(input);
    input.select();
  }

  showTable() {
    showTableDialog(/** @type {string} */ (this.title.textContent), this.chart.toTable());
  }

  destroy() {
    this.observer.disconnect();
    this.chart.destroy();
    this.element.remove();
  }

  /** @param {ViewData} viewData */
  #updateModel(viewData) {
    const { view } = this;
    this.chart.setModel({
      id: view.id,
      kind: getChartKind(view),
      title: /** @type {string} */ (this.title.textContent),
      axes: viewData.axes,
      measure: view.measure,
      measureLabel: formatViewMeasure(view, this.actions.description),
      outlines: isMapView(view),
      order: view.order ?? null,
      valueAxis: view.value_axis ?? this.#pageValueAxis,
    });
    this.chart.setGhost(viewData.ghost);
    this.setValues(viewData);
    this.chart.setSelection(this.#selection);
  }

  #createCallbacks() {
    const { actions, view } = this;
    return {
      onActivate: () => actions.activateView(view.id),
      onBrush: actions.brushView,
      onZoom: actions.zoomView,
      onRedraw: actions.requestRedraw,
    };
  }

  #refillMenu() {
    if (this.menu.matches(":popover-open")) this.#fillMenu();
  }

  #fillMenu() {
    fillCardMenu(this.menu, this.view, this.actions, this, () => this.menu.hidePopover());
  }

  /** @param {HTMLElement} header */
  #addListeners(header) {
    header.addEventListener("pointerdown", (event) => startCardMove(event, this));
    header.addEventListener("dblclick", ({ target }) => {
      if (!(/** @type {HTMLElement} */ (target).closest("button, input"))) this.startRename();
    });
    this.resizeHandle.addEventListener("pointerdown", (event) => startCardResize(event, this));
    this.element.addEventListener("keydown", (event) => this.#handleKey(event));
    this.menu.addEventListener("beforetoggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "open") this.#fillMenu();
    });
    attachPopover(this.menu, this.menuButton);
    this.menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "open") this.menu.querySelector("select")?.focus();
    });
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    if (event.key === "F2") return this.startRename();
    const arrow = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    if (!arrow || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [dx, dy] = arrow;
    const { id, width, height } = this.view;
    if (event.shiftKey) this.actions.resizeView(id, width + dx, height + dy);
    else this.actions.moveViewBy(id, dx + dy);
  }
}
