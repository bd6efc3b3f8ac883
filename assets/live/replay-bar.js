/**
 * What plays a recording: pause, a slider with marks at commits, a speed.
 * @import { Outline } from "./types.js"
 * @import { Recording } from "./recording.js"
 */
import { h, iconButton, setText, textButton } from "../explore/dom.js";

const SPEEDS = [1, 2, 4, 8];

/** @param {number} milliseconds @returns {string} such as 1:05 */
export function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, minutes, rest] = parts.map((part, index) => (index && (index === 2 || parts[0]) ? String(part).padStart(2, "0") : String(part)));
  return parts[0] ? `${hours}:${minutes}:${rest}` : `${minutes}:${rest}`;
}

export class ReplayBar {
  #length = 0;

  /** @param {Outline} outline @param {{ toggle(): void, seek(moment: number): void, leave(): void, invite(): void }} doings */
  constructor({ name, presenter, owns }, { toggle, seek, leave, invite }) {
    this.button = iconButton("play", "Play", toggle, { disabled: true });
    this.slider = h("input", { type: "range", class: "dx-replay-slider", "aria-label": "Moment", min: 0, max: 0, step: 1, value: 0, oninput: () => seek(Number(this.slider.value)) });
    this.marks = h("div", { class: "dx-replay-marks", "aria-hidden": "true" });
    this.time = h("span", { class: "dx-replay-time" }, "0:00");
    this.rate = h("select", { class: "dx-select", "aria-label": "Speed" }, ...SPEEDS.map((value) => h("option", { value }, `${value}×`)));
    const words = h("span", { class: "dx-live-words" }, `${name || `Presented by ${presenter.name}`}`);
    const track = h("div", { class: "dx-replay-track" }, this.marks, this.slider);
    const parts = [this.button, words, track, this.time, this.rate, owns && textButton("Invite", invite), textButton("Explore from here", leave)];
    this.element = h("section", { class: "dx-live-bar dx-replay", "aria-label": "Replay" }, ...parts);
  }

  get speed() {
    return Number(this.rate.value);
  }

  /** @param {Recording} recording */
  open({ length, marks }) {
    this.#length = length;
    this.slider.max = String(Math.max(1, Math.round(length)));
    this.button.disabled = !length;
    const at = (/** @type {number} */ moment) => h("i", { style: `left:${(100 * moment) / Math.max(1, length)}%` });
    this.marks.replaceChildren(...marks.map(at));
  }

  /** @param {number} moment @param {boolean} playing */
  show(moment, playing) {
    this.slider.value = String(Math.round(moment));
    const words = `${clock(moment)} of ${clock(this.#length)}`;
    this.slider.setAttribute("aria-valuetext", words);
    setText(this.time, `${clock(moment)} / ${clock(this.#length)}`);
    const label = playing ? "Pause" : "Play";
    if (this.button.title === label) return;
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    /** @type {Element} */ (this.button.firstElementChild).className = `dx-icon dx-icon-${playing ? "pause" : "play"}`;
  }
}
