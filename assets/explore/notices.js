/** Messages that stay until they are dismissed or no longer apply. */
import { h, createIconButton, createTextButton } from "./dom.js";

export class Notices {
  /** @type {Map<string, HTMLElement>} */ #shown = new Map();

  constructor() {
    this.element = h("div", { class: "dx-notices", role: "status", "aria-live": "polite" });
  }

  /**
   * @param {string} key a later notice with this key replaces it
   * @param {string} message
   * @param {{ label: string, act: () => void }} [action]
   */
  show(key, message, action) {
    const act = () => {
      this.dismiss(key);
      action?.act();
    };
    const notice = h(
      "div",
      { class: "dx-notice" },
      h("p", {}, message),
      action && createTextButton(action.label, act),
      createIconButton("close", "Dismiss", () => this.dismiss(key)),
    );
    this.dismiss(key);
    this.#shown.set(key, notice);
    this.element.append(notice);
  }

  /** @param {string} key */
  dismiss(key) {
    this.#shown.get(key)?.remove();
    this.#shown.delete(key);
  }
}
