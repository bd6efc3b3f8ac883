/**
 * The controls of a replay: pause, a slider with marks at commits, and the speed.
 * @import { LiveSessionInfo } from "./types.js"
 * @import { Recording } from "./recording.js"
 */
import { h, createIconButton, setText, createTextButton } from "../explore/dom.js";

const SPEEDS = [1, 2, 4, 8];

/** @param {number} milliseconds @returns {string} such as 1:05 */
export function formatClock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, minutes, rest] = parts.map((part, index) => (index && (index === 2 || parts[0]) ? String(part).padStart(2, "0") : String(part)));
  return parts[0] ? `${hours}:${minutes}:${rest}` : `${minutes}:${rest}`;
}

export class ReplayBar {
  #length = 0;

  /** @param {LiveSessionInfo} outline @param {{ toggle(): void, seek(moment: number): void, leave(): void, invite(): void }} callbacks */
  constructor({ name, presenter, owns }, { toggle, seek, leave, invite }) {
    this.button = createIconButton("play", "Play", toggle, { disabled: true });
    this.slider = h("input", { type: "range", class: "dx-replay-slider", "aria-label": "Playback position", min: 0, max: 0, step: 1, value: 0, oninput: () => seek(Number(this.slider.value)) });
    this.commitMarks = h("div", { class: "dx-replay-marks", "aria-hidden": "true" });
    this.time = h("span", { class: "dx-replay-time" }, "0:00");
    this.rate = h("select", { class: "dx-select", "aria-label": "Playback speed" }, ...SPEEDS.map((value) => h("option", { value }, `${value}×`)));
    const words = h("span", { class: "dx-live-words" }, `${name || `Presented by ${presenter.name}`}`);
    const track = h("div", { class: "dx-replay-track" }, this.commitMarks, this.slider);
    const parts = [this.button, words, track, this.time, this.rate, owns && createTextButton("Invite", invite), createTextButton("Explore from here", leave)];
    this.element = h("section", { class: "dx-live-bar dx-replay", "aria-label": "Replay" }, ...parts);
  }

  get speed() {
    return Number(this.rate.value);
  }

  /** @param {Recording} recording */
  openRecording({ duration: length, commitTimes: marks }) {
    this.#length = length;
    this.slider.max = String(Math.max(1, Math.round(length)));
    this.button.disabled = !length;
    const createMark = (/** @type {number} */ moment) => h("i", { style: `left:${(100 * moment) / Math.max(1, length)}%` });
    this.commitMarks.replaceChildren(...marks.map(createMark));
  }

  /** @param {number} moment @param {boolean} playing */
  showMoment(moment, playing) {
    this.slider.value = String(Math.round(moment));
    const words = `${formatClock(moment)} of ${formatClock(this.#length)}`;
    this.slider.setAttribute("aria-valuetext", words);
    setText(this.time, `${formatClock(moment)} / ${formatClock(this.#length)}`);
    const label = playing ? "Pause" : "Play";
    if (this.button.title === label) return;
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    /** @type {Element} */ (this.button.firstElementChild).className = `dx-icon dx-icon-${playing ? "pause" : "play"}`;
  }
}
