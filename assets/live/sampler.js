/**
 * Sends movements in as few messages as the audience requires: the first sample at once, later ones together.
 * @import { MoveMessage, MoveSample } from "./types.js"
 */

/**
 * Messages this close together, milliseconds, may be sent an interval early: at screen refresh rates most samples are sent at
 * once, and one now and then with the next; otherwise each would wait for half an interval.
 */
export const EARLY_INTERVAL = 25;
/** Maximum number of samples per message; of more, some in between are left out. */
const MAX_SAMPLES = 12;

/** @typedef {{ now(): number, schedule(act: () => void, wait: number): void }} SamplerClock */

/** @type {SamplerClock} */
const CLOCK = { now: () => Date.now(), schedule: (act, wait) => void setTimeout(act, wait) };

export class MoveSampler {
  /** @type {[number, ...any[]][]} samples with their times */ #samples = [];
  /** When the next message is due by the interval. */ #due = -Infinity;
  #waiting = false;

  /** @param {(move: MoveMessage) => void} send @param {() => number} interval milliseconds between messages @param {SamplerClock} [clock] */
  constructor(send, interval, clock = CLOCK) {
    this.send = send;
    this.getInterval = interval;
    this.clock = clock;
  }

  /** @param {...any} sample its values, without its time */
  add(...sample) {
    const last = this.#samples.at(-1);
    if (last && JSON.stringify(last.slice(1)) === JSON.stringify(sample)) return;
    this.#samples.push([this.clock.now(), ...sample]);
    const wait = this.#due - this.clock.now();
    const interval = this.getInterval();
    if (wait <= (interval <= EARLY_INTERVAL ? interval : 0)) return this.flush();
    if (this.#waiting) return;
    this.#waiting = true;
    this.clock.schedule(() => this.flush(), wait);
  }

  /** Sends the collected samples now. */
  flush() {
    this.#waiting = false;
    if (!this.#samples.length) return;
    const kept = thinSamples(this.#samples);
    const [[start]] = kept;
    const samples = kept.map(([at, ...sample]) => /** @type {MoveSample} */ ([at - start, ...sample]));
    this.#samples = [];
    this.#due = Math.max(this.#due, this.clock.now()) + this.getInterval();
    this.send({ t: start, i: Math.round(this.getInterval()), s: samples });
  }
}

/** Thins out samples evenly, always keeping the last. @template T @param {T[]} all @returns {T[]} */
function thinSamples(all) {
  if (all.length <= MAX_SAMPLES) return all;
  return Array.from({ length: MAX_SAMPLES }, (_, index) => all[Math.round((index * (all.length - 1)) / (MAX_SAMPLES - 1))]);
}

/** Maximum messages per second on a channel, whatever the audience: Ably's limit is 50. */
const MAX_RATE = 45;
const MIN_RATE = 1;

/**
 * The interval between messages for an audience.
 * @param {number} deliveries messages per second that all members together may be sent @param {number} members
 * @returns {number} milliseconds between messages
 */
export function getSendInterval(deliveries, members) {
  return 1000 / Math.min(MAX_RATE, Math.max(MIN_RATE, deliveries / Math.max(1, members)));
}
