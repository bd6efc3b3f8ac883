/** The upper edge of the drawer, to resize it; the height is remembered per browser. */
import { h } from "../dom.js";

const HEIGHT_KEY = "dx:drawer";
/** Shares of the height between the filter bar and the end of the window. */
const MIN_SHARE = 0.2;
const MAX_SHARE = 0.85;
const STEP = 0.05;

/** @type {Record<string, (share: number) => number>} */
const KEY_STEPS = { ArrowUp: (share) => share + STEP, ArrowDown: (share) => share - STEP, Home: () => MIN_SHARE, End: () => MAX_SHARE };

/** @param {number} share */
const clampShare = (share) => Math.max(MIN_SHARE, Math.min(MAX_SHARE, share));

export class ResizeHandle {
  share = 0.4;

  /** @param {HTMLElement} drawer */
  constructor(drawer) {
    this.drawer = drawer;
    const bounds = { "aria-valuemin": 100 * MIN_SHARE, "aria-valuemax": 100 * MAX_SHARE, "aria-controls": drawer.id };
    const attributes = { role: "separator", class: "dx-split", tabindex: "0", "aria-orientation": "horizontal", "aria-label": "Resize rows" };
    this.element = h("div", { ...attributes, ...bounds });
    this.element.addEventListener("keydown", (event) => this.#handleKey(event));
    this.element.addEventListener("pointerdown", (event) => this.#startDrag(event));
    const remembered = Number(localStorage.getItem(HEIGHT_KEY));
    this.#applyShare(remembered ? clampShare(remembered) : this.share);
  }

  /** @param {number} share */
  #applyShare(share) {
    this.share = share;
    document.documentElement.style.setProperty("--dx-drawer-share", String(share));
    this.element.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  }

  /** @param {number} share */
  #storeShare(share) {
    this.#applyShare(clampShare(share));
    localStorage.setItem(HEIGHT_KEY, this.share.toFixed(3));
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const go = Object.hasOwn(KEY_STEPS, event.key) && !event.altKey && KEY_STEPS[event.key];
    if (!go) return;
    event.preventDefault();
    this.#storeShare(go(this.share));
  }

  /** @param {PointerEvent} start */
  #startDrag(start) {
    if (start.button) return;
    const { bottom, height } = this.drawer.getBoundingClientRect();
    const room = height / this.share;
    const hold = bottom - height - start.clientY;
    const handleMove = (/** @type {PointerEvent} */ { clientY }) => this.#storeShare((bottom - clientY - hold) / room);
    this.element.setPointerCapture(start.pointerId);
    this.element.addEventListener("pointermove", handleMove);
    this.element.addEventListener("lostpointercapture", () => this.element.removeEventListener("pointermove", handleMove), { once: true });
  }
}
