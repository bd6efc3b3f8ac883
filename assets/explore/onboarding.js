/** An introduction in three steps, shown until it is dismissed. */
import { h, createIconButton, createTextButton } from "./dom.js";

const DISMISSED_KEY = "dx:hint";
const WITH_MOUSE = [
  ["Drag across any chart", "The other charts update to the selected rows; all rows stay visible in grey."],
  ["Adjust or clear the selection", "Drag the selection or its edges, or use the arrow keys. Esc clears it."],
  ["Undo anything", "Press Ctrl+Z or the browser’s Back button. The URL holds the whole dashboard: copy it to share. Press ? for all shortcuts."],
];
const BY_TOUCH = [
  ["Swipe across any chart", "The other charts update to the selected rows; all rows stay visible in grey."],
  ["Adjust or clear the selection", "Drag the selection or its edges; on a map, press and hold first. Tap the cross to clear it."],
  ["Undo anything", "The browser’s Back button undoes. The URL holds the whole dashboard: copy it to share."],
];
const STEPS = matchMedia("(hover: none)").matches ? BY_TOUCH : WITH_MOUSE;

export class Onboarding {
  #step = 0;

  constructor() {
    const hidden = localStorage.getItem(DISMISSED_KEY) !== null;
    this.element = h("aside", { class: "dx-hint", "aria-label": "Getting started", hidden });
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
      h("div", { class: "dx-hint-head" }, h("span", { class: "dx-hint-step" }, `Step ${this.#step + 1} of ${STEPS.length}`),
        createIconButton("close", "Dismiss", () => this.#goToStep(STEPS.length))),
      h("strong", {}, title), h("p", {}, text), next,
    );
  }
}
