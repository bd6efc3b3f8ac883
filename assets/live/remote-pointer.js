/**
 * The presenter's pointer: taken where it is over a card, drawn where it is over the same card here.
 * @import { Pointer } from "./interpolate.js"
 * @import { Page } from "../explore/page.js"
 */
import { h } from "../explore/dom.js";

/** A pointer that rests is hidden after this many milliseconds. */
const IDLE = 4000;

/** @param {Page} page @param {(pointer: Pointer) => void} tell @param {AbortSignal} signal */
export function watchPointer(page, tell, signal) {
  const { element } = page.grid;
  /** @type {HTMLElement | null} */ let card = null;
  /** @type {DOMRect | null} */ let box = null;
  const forget = () => (box = null);
  element.addEventListener("pointermove", ({ target, clientX, clientY }) => {
    const over = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(".dx-card"));
    if (over !== card) box = null;
    card = over;
    if (!card) return;
    box ??= card.getBoundingClientRect();
    const part = (/** @type {number} */ value) => Math.round(value * 1e4) / 1e4;
    tell({ id: card.dataset.view ?? null, x: part((clientX - box.left) / box.width), y: part((clientY - box.top) / box.height) });
  }, { signal, passive: true });
  element.addEventListener("pointerleave", () => tell({ id: null, x: 0, y: 0 }), { signal, passive: true });
  document.addEventListener("scroll", forget, { signal, passive: true, capture: true });
  addEventListener("resize", forget, { signal, passive: true });
}

/** What shows somebody's pointer. */
export class Hand {
  #timer = 0;

  /** @param {Page} page @param {string} name whose it is */
  constructor(page, name) {
    this.page = page;
    this.element = h("div", { class: "dx-hand", "aria-hidden": "true", hidden: true }, h("span", {}, name));
  }

  /** @param {Pointer} pointer */
  show({ id, x, y }) {
    const card = id === null ? undefined : this.page.grid.cards.get(id);
    this.element.hidden = !card;
    if (!card) return;
    if (this.element.parentElement !== card.element) card.element.append(this.element);
    const { offsetWidth, offsetHeight } = card.element;
    this.element.style.transform = `translate(${x * offsetWidth}px, ${y * offsetHeight}px)`;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (this.element.hidden = true), IDLE);
  }

  /** @param {string} name */
  rename(name) {
    /** @type {HTMLElement} */ (this.element.firstElementChild).textContent = name;
  }

  remove() {
    clearTimeout(this.#timer);
    this.element.remove();
  }
}
