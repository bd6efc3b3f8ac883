/** An introduction in three steps, shown until it is dismissed. */
import { h, createIconButton, createTextButton } from "./dom.js";

const DISMISSED_KEY = "dx:hint";
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

export class Onboarding {
  #step = 0;

  constructor() {
    const hidden = localStorage.getItem(DISMISSED_KEY) !== null;
    this.element = h("aside", { class: "dx-hint", "aria-label": "First steps", hidden });
    this.#render();
  }

  /** A brush was committed: the first step is done. */
  advanceAfterBrush() {
    if (this.#step === 0) this.#goToStep(1);
  }

  /** @param {number} step */
  #goToStep(step) {
    this.#step = step;
    if (step < STEPS.length) return this.#render();
    localStorage.setItem(DISMISSED_KEY, "1");
    this.element.hidden = true;
  }

  #render() {
    const [title, text] = STEPS[this.#step];
    const last = this.#step === STEPS.length - 1;
    const next = createTextButton(last ? "Done" : "Next", () => this.#goToStep(this.#step + 1));
    this.element.replaceChildren(
      h("div", { class: "dx-hint-head" }, h("span", { class: "dx-hint-step" }, `${this.#step + 1} of ${STEPS.length}`),
        createIconButton("close", "Dismiss the first steps", () => this.#goToStep(STEPS.length))),
      h("strong", {}, title), h("p", {}, text), next,
    );
  }
}
