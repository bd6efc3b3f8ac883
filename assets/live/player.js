/**
 * Shows samples as they were made: as far apart, and gliding between them. The clocks of two machines differ; what
 * counts is how long the fastest message took.
 * @import { Filter } from "../explore/types.js"
 * @import { Move } from "./types.js"
 * @import { Pointer } from "./interpolate.js"
 */
import { filterBetween, pointerBetween } from "./interpolate.js";
import { CLOSE } from "./sampler.js";

/** Where messages are close together, part of their distance is enough to glide over one that has to wait; else the next is to be there first. */
const PART = 1 / 3;
/** A message that took this much longer than the fastest means that a clock was set: begin anew, milliseconds. */
const CLOCK_WAS_SET = 10_000;

/**
 * @typedef {object} Stage
 * @property {(id: string, filter: Filter | null) => void} brush
 * @property {(pointer: Pointer) => void} point
 * @property {(id: string | null) => void} activate
 */

/** Values of one kind in time. The last one stays, to glide from. @template T */
class Track {
  /** @type {{ at: number, value: T }[]} */ #samples = [];
  #told = true;

  /** @param {(a: T, b: T, part: number) => T} between */
  constructor(between) {
    this.between = between;
  }

  /** @param {number} at @param {T} value */
  add(at, value) {
    this.#samples.push({ at, value });
    this.#told = false;
  }

  /** What it is at a moment; undefined before the first, and when it rests. @param {number} now @returns {T | undefined} */
  at(now) {
    const samples = this.#samples;
    while (samples.length > 1 && samples[1].at <= now) samples.shift();
    if (this.#told || samples[0].at > now) return undefined;
    const [a, b] = samples;
    if (b) return this.between(a.value, b.value, (now - a.at) / (b.at - a.at));
    this.#told = true;
    return a.value;
  }

  get rests() {
    return this.#told;
  }
}

export class Player {
  /** How far our clock is ahead of the presenter's, the fastest way included. */ #ahead = Infinity;
  #delay = 0;
  /** @type {Track<{ id: string, filter: Filter | null }>} */ #brush = new Track(brushBetween);
  /** @type {Track<Pointer>} */ #pointer = new Track(pointerBetween);
  /** @type {Track<string | null>} */ #active = new Track((a) => a);

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
  }

  /** @param {Move} move @param {number} now milliseconds since 1970 */
  take({ t, i, s }, now) {
    const last = t + (s.at(-1)?.[0] ?? 0);
    const ahead = now - last;
    if (ahead < this.#ahead || ahead > this.#ahead + CLOCK_WAS_SET) this.#ahead = ahead;
    this.#delay = i <= CLOSE ? i * PART : i;
    for (const sample of s) {
      const at = t + sample[0];
      if (sample[1] === "b") this.#brush.add(at, { id: sample[2], filter: sample[3] });
      else if (sample[1] === "p") this.#pointer.add(at, { id: sample[2], x: sample[3], y: sample[4] });
      else this.#active.add(at, sample[2]);
    }
  }

  /** Shows what is due. @param {number} now @returns {boolean} whether more is to come */
  frame(now) {
    const then = now - this.#ahead - this.#delay;
    const active = this.#active.at(then);
    if (active !== undefined) this.stage.activate(active);
    const pointer = this.#pointer.at(then);
    if (pointer) this.stage.point(pointer); // before the brush: it measures a card, which is laid out as long as nothing moves
    const brush = this.#brush.at(then);
    if (brush) this.stage.brush(brush.id, brush.filter);
    return !(this.#brush.rests && this.#pointer.rests && this.#active.rests);
  }

  /** Forgets brushes that a commit has overtaken. */
  settle() {
    this.#brush = new Track(brushBetween);
  }
}

/** @param {{ id: string, filter: Filter | null }} a @param {{ id: string, filter: Filter | null }} b @param {number} part */
function brushBetween(a, b, part) {
  if (a.id !== b.id) return part >= 1 ? b : a;
  return { id: a.id, filter: filterBetween(a.filter, b.filter, part) };
}
