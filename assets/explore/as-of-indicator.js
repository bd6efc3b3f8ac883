/** Shows as of when a growing dataset is shown and how fast it grows, with a button to pause it. */
import { h, setHidden, setText, createTextButton } from "./dom.js";
import { formatPreciseNumber } from "./number-format.js";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * @typedef {object} AsOfState
 * @property {number} at when the dataset had the rows that are shown, epoch milliseconds
 * @property {number} rate rows per second
 * @property {boolean} paused
 * @property {number} waiting rows that are not shown yet
 */

export class AsOfIndicator {
  /** @param {() => void} togglePaused pauses or resumes */
  constructor(togglePaused) {
    this.label = h("span", { class: "dx-as-of-words" });
    this.pauseButton = createTextButton("Pause", togglePaused);
    this.element = h("div", { class: "dx-as-of", hidden: true }, this.label, this.pauseButton);
  }

  /** @param {AsOfState} moment */
  showState({ at, rate, paused, waiting }) {
    const speed = rate >= 0.5 ? ` · ${formatPreciseNumber(Math.round(rate))} rows/s` : "";
    setText(this.label, paused ? `Paused · ${formatPreciseNumber(waiting)} new rows` : `As of ${clock.format(at)}${speed}`);
    setText(this.pauseButton, paused ? "Resume" : "Pause");
    this.element.toggleAttribute("data-paused", paused);
    setHidden(this.element, false);
  }
}
