/** The first brush in three steps, shown until it is dismissed. */
import { h, iconButton, textButton } from "./dom.js";

const SEEN = "dx:hint";
const WITH_MOUSE = [
  ["Drag across any chart", "All the others follow: they show the rows inside your brush, against all rows behind."],
  ["Move it, resize it, clear it", "Drag the brush or its ends, or focus an end and use the arrow keys. Esc clears."],
  ["Nothing gets lost", "Ctrl Z or Back undoes. The address holds all you see: copy it to share. Press ? for every key."],
];
const BY_TOUCH = [
  ["Brush any chart sideways", "All the others follow: they show the rows inside your brush, against all rows behind."],
  ["Move it, resize it, clear it", "Drag the brush or its ends; on a map, hold first. The cross in the card clears it."],
  ["Nothing gets lost", "Back undoes. The address holds all you see: copy it to share."],
];
const STEPS = matchMedia("(hover: none)").matches ? BY_TOUCH : WITH_MOUSE;

export class Hint {
  #step = 0;

  constructor() {
    const hidden = localStorage.getItem(SEEN) !== null;
    this.element = h("aside", { class: "dx-hint", "aria-label": "First steps", hidden });
    this.#render();
  }

  /** A brush was committed: the first step is taken. */
  brushed() {
    if (this.#step === 0) this.#go(1);
  }

  /** @param {number} step */
  #go(step) {
    this.#step = step;
    if (step < STEPS.length) return this.#render();
    localStorage.setItem(SEEN, "1");
    this.element.hidden = true;
  }

  #render() {
    const [title, text] = STEPS[this.#step];
    const last = this.#step === STEPS.length - 1;
    const next = textButton(last ? "Done" : "Next", () => this.#go(this.#step + 1));
    this.element.replaceChildren(
      h("div", { class: "dx-hint-head" }, h("span", { class: "dx-hint-step" }, `${this.#step + 1} of ${STEPS.length}`),
        iconButton("close", "Dismiss the first steps", () => this.#go(STEPS.length))),
      h("strong", {}, title), h("p", {}, text), next,
    );
  }
}
