/**
 * The menu of the table's columns: which are shown and, opened on a column header, how wide that one is.
 * @import { Column } from "../types.js"
 */
import { h } from "../dom.js";
import { placePopover } from "../popovers.js";

/**
 * @typedef {object} ColumnActions
 * @property {(hidden: string[]) => void} hideColumns by name, all that are hidden
 * @property {(column: string) => void} fitColumn
 */

export class ColumnsMenu {
  /** @type {string[]} */ #hidden = [];

  /** @param {Column[]} columns all of the dataset @param {ColumnActions} actions */
  constructor(columns, actions) {
    this.columns = columns;
    this.actions = actions;
    this.element = h("div", { class: "dx-menu", popover: "auto", id: "dx-columns-menu", "aria-label": "Columns of the table" });
  }

  /** @param {string[]} hidden */
  showHidden(hidden) {
    this.#hidden = hidden;
    if (this.element.matches(":popover-open")) this.#fillMenu(null);
  }

  /** @param {HTMLElement} anchor @param {Column | null} column whose header it was opened on */
  open(anchor, column) {
    this.#fillMenu(column);
    this.element.showPopover();
    placePopover(this.element, anchor, "left");
    this.element.querySelector(/** @type {"button"} */ ("button, input"))?.focus();
  }

  /** @param {Column | null} column */
  #fillMenu(column) {
    const focused = /** @type {HTMLInputElement | null} */ (document.activeElement)?.value;
    const all = this.#hidden.length > 0 && this.#createItem("Show all columns", () => this.actions.hideColumns([]));
    const items = [...(column ? this.#createHeaderItems(column) : []), all].filter((item) => item instanceof HTMLElement);
    const boxes = this.columns.map((each) => this.#createBox(each));
    const note = h("p", { class: "dx-menu-note" }, "The CSV always has all columns.");
    this.element.replaceChildren(h("div", { class: "dx-menu-items" }, ...items), h("div", { class: "dx-column-list" }, ...boxes), note);
    if (!column && focused) boxes.find((box) => box.querySelector("input")?.value === focused)?.querySelector("input")?.focus();
  }

  /** @param {Column} column */
  #createHeaderItems({ name, label }) {
    const hide = () => this.actions.hideColumns([...this.#hidden, name]);
    const isLast = this.#hidden.length >= this.columns.length - 1;
    return [!isLast && this.#createItem(`Hide ${label}`, hide), this.#createItem("Fit width to values", () => this.actions.fitColumn(name))];
  }

  /** @param {string} label @param {() => void} act */
  #createItem(label, act) {
    const actAndClose = () => {
      this.element.hidePopover();
      act();
    };
    return h("button", { type: "button", class: "dx-menu-item", onclick: actAndClose }, label);
  }

  /** @param {Column} column */
  #createBox({ name, label }) {
    const isShown = !this.#hidden.includes(name);
    const isLast = isShown && this.#hidden.length >= this.columns.length - 1;
    const toggle = () => this.actions.hideColumns(isShown ? [...this.#hidden, name] : this.#hidden.filter((other) => other !== name));
    return h("label", { class: "dx-column-box" }, h("input", { type: "checkbox", value: name, checked: isShown, disabled: isLast, onchange: toggle }), label);
  }
}
