/**
 * The button in the head of a card that sorts its bars.
 * @import { View } from "./types.js"
 * @import { BarOrder } from "../charts/types.js"
 */
import { createIconButton, setHidden } from "./dom.js";
import { getChartKind } from "./view-kinds.js";

/** In the order in which the button goes through them. @type {BarOrder[]} */
export const BAR_ORDERS = ["descending", "ascending", "name"];

export const ORDER_LABELS = { descending: "Largest first", ascending: "Smallest first", name: "By name", column: "As in the column" };

/** @param {BarOrder | null} order @returns {BarOrder | null} */
export const getNextOrder = (order) => BAR_ORDERS[order === null ? 0 : BAR_ORDERS.indexOf(order) + 1] ?? null;

export class SortButton {
  /** @type {BarOrder | null} */ #order = null;

  /** @param {(order: BarOrder | null) => void} choose */
  constructor(choose) {
    this.element = createIconButton("sort", "Sort", () => choose(getNextOrder(this.#order)), { class: "dx-icon-button dx-sort" });
  }

  /** @param {View} view */
  showOrder(view) {
    this.#order = view.order ?? null;
    const label = `Sorted: ${ORDER_LABELS[this.#order ?? "column"].toLowerCase()}`;
    this.element.title = `${label}. Click for ${ORDER_LABELS[getNextOrder(this.#order) ?? "column"].toLowerCase()}`;
    this.element.setAttribute("aria-label", `${label}. Change`);
    if (this.element.firstElementChild) this.element.firstElementChild.className = `dx-icon dx-icon-${this.#order === "name" ? "category" : "sort"}`;
    this.element.dataset.order = this.#order ?? "column";
    setHidden(this.element, getChartKind(view) !== "bars");
  }
}
