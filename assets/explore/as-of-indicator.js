/** As of when a growing dataset is shown, how fast it grows, and a button that holds it still. */
import { h, setHidden, setText, textButton } from "./dom.js";
import { number } from "./number-format.js";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * @typedef {object} Moment
 * @property {number} at when there were the rows that are shown, epoch milliseconds
 * @property {number} rate rows a second
 * @property {boolean} paused
 * @property {number} waiting rows that are there and not shown
 */

export class AsOf {
  /** @param {() => void} turn pauses, or goes on */
  constructor(turn) {
    this.words = h("span", { class: "dx-as-of-words" });
    this.turn = textButton("Pause", turn);
    this.element = h("div", { class: "dx-as-of", hidden: true }, this.words, this.turn);
  }

  /** @param {Moment} moment */
  show({ at, rate, paused, waiting }) {
    const speed = rate >= 0.5 ? ` · ${number(Math.round(rate))} rows/s` : "";
    setText(this.words, paused ? `paused, +${number(waiting)} rows waiting` : `as of ${clock.format(at)}${speed}`);
    setText(this.turn, paused ? "Resume" : "Pause");
    this.element.toggleAttribute("data-paused", paused);
    setHidden(this.element, false);
  }
}
