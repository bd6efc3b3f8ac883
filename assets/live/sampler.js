/**
 * Sends what moves in as few messages as the audience allows: the first sample at once, later ones together.
 * @import { Move, Sample } from "./types.js"
 */

/**
 * Messages so close together, milliseconds, may go an interval early: at the pace of screens most samples go at once, and one now
 * and then with the next, where each would wait for half an interval else.
 */
export const CLOSE = 25;
/** Samples a message holds at most; of more, some between are left out. */
const MOST = 12;

/** @typedef {{ now(): number, later(act: () => void, wait: number): void }} Clock */

/** @type {Clock} */
const CLOCK = { now: () => Date.now(), later: (act, wait) => void setTimeout(act, wait) };

export class Sampler {
  /** @type {[number, ...any[]][]} samples with their moments */ #held = [];
  /** When the next message is due if all keep the interval. */ #due = -Infinity;
  #waiting = false;

  /** @param {(move: Move) => void} send @param {() => number} interval milliseconds between messages @param {Clock} [clock] */
  constructor(send, interval, clock = CLOCK) {
    this.send = send;
    this.interval = interval;
    this.clock = clock;
  }

  /** @param {...any} what a sample without its moment */
  add(...what) {
    const last = this.#held.at(-1);
    if (last && JSON.stringify(last.slice(1)) === JSON.stringify(what)) return;
    this.#held.push([this.clock.now(), ...what]);
    const wait = this.#due - this.clock.now();
    const interval = this.interval();
    if (wait <= (interval <= CLOSE ? interval : 0)) return this.flush();
    if (this.#waiting) return;
    this.#waiting = true;
    this.clock.later(() => this.flush(), wait);
  }

  /** Sends what is held, now. */
  flush() {
    this.#waiting = false;
    if (!this.#held.length) return;
    const kept = thinned(this.#held);
    const [[start]] = kept;
    const samples = kept.map(([at, ...what]) => /** @type {Sample} */ ([at - start, ...what]));
    this.#held = [];
    this.#due = Math.max(this.#due, this.clock.now()) + this.interval();
    this.send({ t: start, i: Math.round(this.interval()), s: samples });
  }
}

/** Some of many, evenly, and always the last. @template T @param {T[]} all @returns {T[]} */
function thinned(all) {
  if (all.length <= MOST) return all;
  return Array.from({ length: MOST }, (_, index) => all[Math.round((index * (all.length - 1)) / (MOST - 1))]);
}

/** No channel takes more messages a second than this, whatever the audience: Ably's limit is 50. */
const FASTEST = 45;
const SLOWEST = 1;

/**
 * The pace that an audience allows.
 * @param {number} deliveries messages a second that all members together may be sent @param {number} members
 * @returns {number} milliseconds between messages
 */
export function pace(deliveries, members) {
  return 1000 / Math.min(FASTEST, Math.max(SLOWEST, deliveries / Math.max(1, members)));
}
