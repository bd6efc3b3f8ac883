/**
 * The toggle that says what all bars of the page are scaled to.
 * @import { ValueAxis } from "../charts/types.js"
 */
import { VALUE_AXES } from "./exploration.js";
import { h } from "./dom.js";

/** @type {Record<ValueAxis, string>} */
export const VALUE_AXIS_LABELS = { all: "All rows", selection: "Selection", share: "Percent" };

/** @type {Record<ValueAxis, string>} */
const HINTS = {
  all: "Scale bars to all rows (Y)",
  selection: "Scale bars to the selected rows; the shape of all rows stays behind them (Y)",
  share: "Show the share of each bin that is selected, in percent (Y)",
};

export class ValueAxisToggle {
  /** @type {Map<ValueAxis, HTMLButtonElement>} */ #buttons = new Map();

  /** @param {(valueAxis: ValueAxis) => void} choose */
  constructor(choose) {
    for (const value of VALUE_AXES) {
      const attributes = { type: "button", "aria-pressed": "false", title: HINTS[value], onclick: () => choose(value) };
      this.#buttons.set(value, h("button", attributes, VALUE_AXIS_LABELS[value]));
    }
    this.element = h("div", { class: "dx-segments", role: "group", "aria-label": "Scale bars to" }, ...this.#buttons.values());
  }

  /** @param {ValueAxis} valueAxis */
  showValueAxis(valueAxis) {
    for (const [value, button] of this.#buttons) {
      const pressed = String(value === valueAxis);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
  }
}
