/** Opens and closes the column sidebar. On narrow screens it opens over the page; elsewhere its state is remembered. */
import { h } from "./dom.js";

const OPEN_KEY = "dx:rail";
const narrowScreen = matchMedia("(max-width: 719px)");

const isOpenByDefault = () => !narrowScreen.matches && localStorage.getItem(OPEN_KEY) !== "closed";

export class SidebarToggle {
  #isOpen = false;

  /**
   * @param {HTMLElement} host has the class `dx-rail-open` while the sidebar is open
   * @param {HTMLElement} sidebar @param {HTMLElement} button @param {AbortSignal} signal
   */
  constructor(host, sidebar, button, signal) {
    this.host = host;
    this.sidebar = sidebar;
    this.button = button;
    this.shade = h("div", { class: "dx-shade", onclick: () => this.toggle() });
    sidebar.addEventListener("keydown", ({ key }) => key === "Escape" && this.closeIfNarrow());
    narrowScreen.addEventListener("change", () => this.#setOpen(isOpenByDefault()), { signal });
    this.#setOpen(isOpenByDefault());
  }

  toggle() {
    this.#setOpen(!this.#isOpen);
    if (!narrowScreen.matches) localStorage.setItem(OPEN_KEY, this.#isOpen ? "open" : "closed");
    else (this.#isOpen ? this.sidebar.querySelector("button") : this.button)?.focus();
  }

  /** Closes the sidebar if it covers the page. */
  closeIfNarrow() {
    if (narrowScreen.matches && this.#isOpen) this.toggle();
  }

  /** @param {boolean} isOpen */
  #setOpen(isOpen) {
    this.#isOpen = isOpen;
    this.host.classList.toggle("dx-rail-open", isOpen);
    this.sidebar.inert = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
  }
}
