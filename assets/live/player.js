/**
 * Plays samples with their original timing and interpolates between them. The clocks of two machines differ: their
 * offset is taken from the message with the shortest delay.
 * @import { Filter } from "../explore/types.js"
 * @import { MoveMessage } from "./types.js"
 * @import { PointerPosition } from "./interpolate.js"
 */
import { interpolateFilter, interpolatePointer } from "./interpolate.js";
import { EARLY_INTERVAL } from "./sampler.js";

/** Playback delay as a share of the message interval: less where messages come often, else until the next one has arrived. */
const GLIDE_SHARE = 1 / 3;
/** A message delayed this much more than the fastest means that a clock was set: start over, milliseconds. */
const CLOCK_JUMP = 10_000;

/**
 * @typedef {object} PlayerTarget
 * @property {(id: string, filter: Filter | null) => void} showBrush
 * @property {(pointer: PointerPosition) => void} showPointer
 * @property {(id: string | null) => void} activateView
 */

/** A timeline of values of one kind. The last one stays, to interpolate from. @template T */
class SampleTrack {
  /** @type {{ at: number, value: T }[]} */ #samples = [];
  #isShown = true;

  /** @param {(a: T, b: T, part: number) => T} between */
  constructor(between) {
    this.interpolate = between;
  }

  /** @param {number} at @param {T} value */
  add(at, value) {
    this.#samples.push({ at, value });
    this.#isShown = false;
  }

  /** The value at a moment; undefined before the first, and when it no longer changes. @param {number} now @returns {T | undefined} */
  getValueAt(now) {
    const samples = this.#samples;
    while (samples.length > 1 && samples[1].at <= now) samples.shift();
    if (this.#isShown || samples[0].at > now) return undefined;
    const [a, b] = samples;
    if (b) return this.interpolate(a.value, b.value, (now - a.at) / (b.at - a.at));
    this.#isShown = true;
    return a.value;
  }

  get isAtRest() {
    return this.#isShown;
  }
}

export class Player {
  /** Offset of our clock from the presenter's, including the shortest delay. */ #clockOffset = Infinity;
  #delay = 0;
  /** @type {SampleTrack<{ id: string, filter: Filter | null }>} */ #brush = new SampleTrack(interpolateBrush);
  /** @type {SampleTrack<PointerPosition>} */ #pointer = new SampleTrack(interpolatePointer);
  /** @type {SampleTrack<string | null>} */ #active = new SampleTrack((a) => a);

  /** @param {PlayerTarget} target */
  constructor(target) {
    this.target = target;
  }

  /** @param {MoveMessage} move @param {number} now milliseconds since 1970 */
  addMove({ t, i, s }, now) {
    const last = t + (s.at(-1)?.[0] ?? 0);
    const ahead = now - last;
    if (ahead < this.#clockOffset || ahead > this.#clockOffset + CLOCK_JUMP) this.#clockOffset = ahead;
    this.#delay = i <= EARLY_INTERVAL ? i * GLIDE_SHARE : i;
    for (const sample of s) {
      const at = t + sample[0];
      if (sample[1] === "b") this.#brush.add(at, { id: sample[2], filter: sample[3] });
      else if (sample[1] === "p") this.#pointer.add(at, { id: sample[2], x: sample[3], y: sample[4] });
      else this.#active.add(at, sample[2]);
    }
  }

  /** Shows the samples that are due. @param {number} now @returns {boolean} whether more are to come */
  playFrame(now) {
    const then = now - this.#clockOffset - this.#delay;
    const active = this.#active.getValueAt(then);
    if (active !== undefined) this.target.activateView(active);
    const pointer = this.#pointer.getValueAt(then);
    if (pointer) this.target.showPointer(pointer); // before the brush: it measures a card, whose layout is still valid then
    const brush = this.#brush.getValueAt(then);
    if (brush) this.target.showBrush(brush.id, brush.filter);
    return !(this.#brush.isAtRest && this.#pointer.isAtRest && this.#active.isAtRest);
  }

  /** Drops brush samples that a commit has superseded. */
  clearBrush() {
    this.#brush = new SampleTrack(interpolateBrush);
  }
}

/** @param {{ id: string, filter: Filter | null }} a @param {{ id: string, filter: Filter | null }} b @param {number} part */
function interpolateBrush(a, b, part) {
  if (a.id !== b.id) return part >= 1 ? b : a;
  return { id: a.id, filter: interpolateFilter(a.filter, b.filter, part) };
}
