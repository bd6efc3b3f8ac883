/** The upper edge of the drawer, to make it taller or lower; a page remembers how tall it was. */
import { h } from "../dom.js";

const REMEMBERED = "dx:drawer";
/** Parts of the room between the strip and the end of the window. */
const LEAST = 0.2;
const MOST = 0.85;
const STEP = 0.05;

/** @type {Record<string, (share: number) => number>} */
const KEYS = { ArrowUp: (share) => share + STEP, ArrowDown: (share) => share - STEP, Home: () => LEAST, End: () => MOST };

/** @param {number} share */
const within = (share) => Math.max(LEAST, Math.min(MOST, share));

export class Split {
  share = 0.4;

  /** @param {HTMLElement} drawer */
  constructor(drawer) {
    this.drawer = drawer;
    const bounds = { "aria-valuemin": 100 * LEAST, "aria-valuemax": 100 * MOST, "aria-controls": drawer.id };
    const attributes = { role: "separator", class: "dx-split", tabindex: "0", "aria-orientation": "horizontal", "aria-label": "Height of the rows" };
    this.element = h("div", { ...attributes, ...bounds });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("pointerdown", (event) => this.#drag(event));
    const remembered = Number(localStorage.getItem(REMEMBERED));
    this.#show(remembered ? within(remembered) : this.share);
  }

  /** @param {number} share */
  #show(share) {
    this.share = share;
    document.documentElement.style.setProperty("--dx-share", String(share));
    this.element.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  }

  /** @param {number} share */
  #set(share) {
    this.#show(within(share));
    localStorage.setItem(REMEMBERED, this.share.toFixed(3));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const go = Object.hasOwn(KEYS, event.key) && !event.altKey && KEYS[event.key];
    if (!go) return;
    event.preventDefault();
    this.#set(go(this.share));
  }

  /** @param {PointerEvent} start */
  #drag(start) {
    if (start.button) return;
    const { bottom, height } = this.drawer.getBoundingClientRect();
    const room = height / this.share;
    const hold = bottom - height - start.clientY;
    const move = (/** @type {PointerEvent} */ { clientY }) => this.#set((bottom - clientY - hold) / room);
    this.element.setPointerCapture(start.pointerId);
    this.element.addEventListener("pointermove", move);
    this.element.addEventListener("lostpointercapture", () => this.element.removeEventListener("pointermove", move), { once: true });
  }
}
