/** Messages that stay until they are dismissed or no longer true. */
import { h, iconButton, textButton } from "./dom.js";

export class Notices {
  /** @type {Map<string, HTMLElement>} */ #shown = new Map();

  constructor() {
    this.element = h("div", { class: "dx-notices", role: "status", "aria-live": "polite" });
  }

  /**
   * @param {string} key a later notice with this key takes its place
   * @param {string} message
   * @param {{ label: string, act: () => void }} [remedy]
   */
  show(key, message, remedy) {
    const act = () => {
      this.dismiss(key);
      remedy?.act();
    };
    const notice = h(
      "div",
      { class: "dx-notice" },
      h("p", {}, message),
      remedy && textButton(remedy.label, act),
      iconButton("close", "Dismiss", () => this.dismiss(key)),
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
