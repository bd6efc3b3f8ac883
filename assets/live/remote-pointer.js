/**
 * The presenter's pointer: its position on a card is sent, and shown on the same card here.
 * @import { PointerPosition } from "./interpolate.js"
 * @import { ExplorePage } from "../explore/page.js"
 */
import { h } from "../explore/dom.js";

/** A pointer that doesn't move is hidden after this many milliseconds. */
const IDLE_DELAY = 4000;

/** @param {ExplorePage} page @param {(pointer: PointerPosition) => void} onPointer @param {AbortSignal} signal */
export function watchPointer(page, onPointer, signal) {
  const { element } = page.grid;
  /** @type {HTMLElement | null} */ let card = null;
  /** @type {DOMRect | null} */ let box = null;
  const forgetBox = () => (box = null);
  element.addEventListener("pointermove", ({ target, clientX, clientY }) => {
    const over = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(".dx-card"));
    if (over !== card) box = null;
    card = over;
    if (!card) return;
    box ??= card.getBoundingClientRect();
    const toShare = (/** @type {number} */ value) => Math.round(value * 1e4) / 1e4;
    onPointer({ id: card.dataset.view ?? null, x: toShare((clientX - box.left) / box.width), y: toShare((clientY - box.top) / box.height) });
  }, { signal, passive: true });
  element.addEventListener("pointerleave", () => onPointer({ id: null, x: 0, y: 0 }), { signal, passive: true });
  document.addEventListener("scroll", forgetBox, { signal, passive: true, capture: true });
  addEventListener("resize", forgetBox, { signal, passive: true });
}

/** Shows the presenter's pointer. */
export class RemotePointer {
  #timer = 0;

  /** @param {ExplorePage} page @param {string} name of the presenter */
  constructor(page, name) {
    this.page = page;
    this.element = h("div", { class: "dx-remote-pointer", "aria-hidden": "true", hidden: true }, h("span", {}, name));
  }

  /** @param {PointerPosition} pointer */
  show({ id, x, y }) {
    const card = id === null ? undefined : this.page.grid.cards.get(id);
    this.element.hidden = !card;
    if (!card) return;
    if (this.element.parentElement !== card.element) card.element.append(this.element);
    const { offsetWidth, offsetHeight } = card.element;
    this.element.style.transform = `translate(${x * offsetWidth}px, ${y * offsetHeight}px)`;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (this.element.hidden = true), IDLE_DELAY);
  }

  /** @param {string} name */
  setName(name) {
    /** @type {HTMLElement} */ (this.element.firstElementChild).textContent = name;
  }

  remove() {
    clearTimeout(this.#timer);
    this.element.remove();
  }
}
