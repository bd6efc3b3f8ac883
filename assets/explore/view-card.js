/**
 * One view in the grid: its title, its menu and its chart.
 * @import { Selection, View } from "./types.js"
 * @import { Actions } from "./card-actions.js"
 * @import { Picture } from "./cubes/view-data.js"
 */
import { createChart } from "../charts/chart.js";
import { showTable } from "./dialogs.js";
import { h, icon, iconButton, setText } from "./dom.js";
import { startMove, startResize } from "./card-drag.js";
import { isMap, kindOf } from "./chart-kinds.js";
import { fillMenu } from "./card-menu.js";
import { measureWords, viewTitle } from "./view-text.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {View} view */
const axesOf = ({ columns, scales }) => JSON.stringify([columns, scales]);

export class Card {
  /** @type {Selection | null} */ #selection = null;
  /** @type {Picture | null} */ #picture = null;

  /** @param {View} view @param {Actions} actions @param {HTMLElement} parent in the page: charts read its colours */
  constructor(view, actions, parent) {
    this.view = view;
    this.actions = actions;
    const { id } = view;
    this.title = h("h2", { class: "dx-card-title", id: `dx-title-${id}` });
    this.about = h("span", { class: "dx-card-about" });
    this.mark = h("span", { class: "dx-card-mark", "aria-hidden": "true" });
    this.engine = h("span", { class: "dx-card-engine", title: "The engine that counted this" });
    this.clear = iconButton("clear", "Clear the brush", () => actions.clear(id), { hidden: true });
    this.menu = h("div", { class: "dx-menu", popover: "auto", id: `dx-menu-${id}` });
    this.more = iconButton("more", "Options", () => {}, { popovertarget: this.menu.id, "aria-haspopup": "true" });
    this.body = h("div", { class: "dx-card-chart" });
    this.corner = h("div", { class: "dx-corner", "aria-hidden": "true" });
    const head = h("header", { class: "dx-card-head" }, this.title, this.about, this.mark, this.engine, this.clear, this.more);
    const attributes = { class: "dx-card", "aria-labelledby": this.title.id, "data-view": id };
    this.element = h("section", attributes, head, this.body, this.corner, this.menu);
    this.#listen(head);
    parent.append(this.element);
    this.chart = createChart(this.body, this.#callbacks());
    this.observer = new ResizeObserver(() => {
      this.chart.resize();
      actions.redraw();
    });
    this.observer.observe(this.body);
    this.update(view);
  }

  /** @param {View} view */
  update(view) {
    const before = this.view;
    this.view = view;
    setText(this.title, viewTitle(view, this.actions.description));
    const measure = view.columns.length && view.title ? measureWords(view, this.actions.description) : "";
    setText(this.about, view.measure.column ? measure : "");
    this.element.style.setProperty("--width", String(view.width));
    this.element.style.setProperty("--height", String(view.height));
    this.element.dataset.kind = kindOf(view);
    this.more.setAttribute("aria-label", `Options of ${this.title.textContent}`);
    this.clear.setAttribute("aria-label", `Clear the brush of ${this.title.textContent}`);
    this.#refill();
    if (this.#picture && before.title !== view.title && axesOf(before) === axesOf(view)) this.#model(this.#picture);
  }

  /** New axes, a new ghost. @param {Picture} picture */
  begin(picture) {
    this.#picture = picture;
    this.#model(picture);
    this.#refill();
  }

  /** @param {Picture} picture */
  setValues({ values, status, engine }) {
    this.chart.setValues(values, status);
    setText(this.engine, engine);
    if (status !== this.element.dataset.status) this.element.dataset.status = status;
  }

  /** @param {Selection | null} selection */
  setSelection(selection) {
    if (selection === this.#selection) return;
    this.#selection = selection;
    this.chart.setSelection(selection);
    this.clear.hidden = selection === null;
  }

  draw() {
    if (this.#picture) this.chart.draw();
  }

  focus() {
    this.element.scrollIntoView({ block: "nearest" });
    (this.body.querySelector(/** @type {"button"} */ ("[tabindex='0'], button")) ?? this.more).focus();
  }

  rename() {
    const input = h("input", { class: "dx-input dx-rename", "aria-label": "Title", maxlength: "200" });
    input.value = /** @type {string} */ (this.title.textContent);
    let ended = false;
    const end = (/** @type {boolean} */ keep) => {
      if (ended) return;
      ended = true;
      input.replaceWith(this.title);
      const title = input.value.trim() || null;
      if (keep && title !== this.title.textContent) this.actions.change(this.view.id, { title });
      this.more.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      end(event.key === "Enter");
    });
    input.addEventListener("blur", () => end(true));
    this.title.replaceWith(input);
    input.select();
  }

  table() {
    showTable(/** @type {string} */ (this.title.textContent), this.chart.table());
  }

  destroy() {
    this.observer.disconnect();
    this.chart.destroy();
    this.element.remove();
  }

  /** @param {Picture} picture */
  #model(picture) {
    const { view } = this;
    this.chart.setModel({
      id: view.id,
      kind: kindOf(view),
      title: /** @type {string} */ (this.title.textContent),
      axes: picture.axes,
      measure: view.measure,
      outlines: isMap(view),
      rows: this.actions.description.rows,
    });
    this.chart.setGhost(picture.ghost);
    this.setValues(picture);
    this.chart.setSelection(this.#selection);
  }

  #callbacks() {
    const { actions, view } = this;
    return {
      onActivate: () => actions.activate(view.id),
      onBrush: actions.brush,
      onZoom: actions.zoom,
      onRedraw: actions.redraw,
    };
  }

  #refill() {
    if (this.menu.matches(":popover-open")) this.#fill();
  }

  #fill() {
    fillMenu(this.menu, this.view, this.actions, this, () => this.menu.hidePopover());
  }

  /** @param {HTMLElement} head */
  #listen(head) {
    head.addEventListener("pointerdown", (event) => startMove(event, this));
    head.addEventListener("dblclick", ({ target }) => {
      if (!(/** @type {HTMLElement} */ (target).closest("button, input"))) this.rename();
    });
    this.corner.addEventListener("pointerdown", (event) => startResize(event, this));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.menu.addEventListener("beforetoggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "open") this.#fill();
    });
    this.menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "open") this.#place();
    });
  }

  /** Beside its button, inside the window. */
  #place() {
    const button = this.more.getBoundingClientRect();
    const { width, height } = this.menu.getBoundingClientRect();
    const top = button.bottom + 4 + height < innerHeight ? button.bottom + 4 : Math.max(8, innerHeight - height - 8);
    this.menu.style.left = `${Math.max(8, Math.min(button.right - width, innerWidth - width - 8))}px`;
    this.menu.style.top = `${top}px`;
    this.menu.querySelector("select")?.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "F2") return this.rename();
    const arrow = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    if (!arrow || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [dx, dy] = arrow;
    const { id, width, height } = this.view;
    if (event.shiftKey) this.actions.resize(id, width + dx, height + dy);
    else this.actions.moveBy(id, dx + dy);
  }
}
