/**
 * Lets an open page follow a dataset that grows: it is told that there are new rows or asks now and then, fetches what
 * they add to each answer that is shown, and adds it where it stands.
 * @import { Client } from "./data-client.js"
 * @import { Engine } from "./cubes/cube-engine.js"
 * @import { Axis, View } from "./types.js"
 */
import { AsOf } from "./as-of-indicator.js";
import { Outdated } from "./data-client.js";
import { extentUrl, stateUrl } from "./requests.js";

/** How many rows there are, since when (epoch milliseconds), and how many come a second.
 * @typedef {{ rows: number, at: number, rate: number }} Told */

/** Pictures move no faster than this, milliseconds; it is less than feeds take, so that no batch waits for a beat. */
const BEAT = 200;
/** Until asking again whether an answer that comes first is there, milliseconds. */
const SOON = 60;
/** Between two questions while nobody tells, milliseconds. */
const POLL = 5000;
/** The same while a dataset has never grown yet, milliseconds. */
const RARELY = 30_000;

/**
 * A domain with room for the greatest value, as a domain ends before its end.
 * @param {[number, number] | []} extent the least and greatest value @param {Axis} axis
 * @returns {[number, number] | null}
 */
export function widened(extent, { type, domain }) {
  if (!extent.length) return domain;
  const [least, greatest] = extent;
  const from = type === "log" && least <= 0 ? /** @type {[number, number]} */ (domain)[0] : least;
  const to = Math.max(greatest, from);
  const end = to + ((to - from) / 1000 || 1);
  return type === "time" ? [Math.floor(from), Math.ceil(end)] : [from, end];
}

export class Growth {
  /** The newest state known. @type {Told} */ #told;
  /** How many rows to stay at; null: always the newest. @type {number | null} */ #pinned = null;
  #at = Date.now();
  #last = -Infinity;
  #busy = false;
  #beat = 0;
  #poll = 0;
  #follows = false;
  #ended = false;

  /**
   * @param {Engine} engine @param {Client} client @param {(error: Error) => void} fail
   * @param {(still: boolean) => void} [turn] the person wants the rows to stay as they are, or to go on
   * @param {() => void} [begins] the dataset has grown for the first time
   */
  constructor(engine, client, fail, turn = (still) => this.hold(still), begins = () => {}) {
    this.engine = engine;
    this.client = client;
    this.fail = fail;
    this.begins = begins;
    this.asOf = new AsOf(() => turn(this.#pinned === null));
    this.#told = { rows: this.#shown, at: this.#at, rate: 0 };
    this.#follows = engine.description.grows;
    this.#watch(this.#follows ? POLL : RARELY);
    if (this.#follows) this.#show();
  }

  /** There are new rows; without saying how many, they are asked for. @param {Partial<Told>} [told] */
  grown(told = {}) {
    const { rows, at = Date.now(), rate = this.#told.rate } = told;
    if (rows === undefined) return void this.#ask();
    if (rows >= this.#told.rows) this.#told = { rows, at, rate };
    if (!this.#follows && rows <= this.#shown) return;
    this.#follow();
    this.#step();
  }

  /** Stays at what is shown, or goes on. @param {boolean} still */
  hold(still) {
    this.pin(still ? this.#shown : null);
  }

  /** Stays at so many rows, also at fewer than are shown; null goes on with the newest. @param {number | null} rows */
  pin(rows) {
    this.#pinned = rows;
    if (rows !== null && rows < this.#shown) this.engine.goTo(rows);
    this.#step();
  }

  /**
   * The scales of a view over every value that there is by now; those of categories stay.
   * @param {View} view @returns {Promise<View["scales"]>}
   */
  async widened({ id, columns, scales }) {
    const axes = this.engine.picture(id)?.axes ?? [];
    return Promise.all(scales.map(async (scale, index) => {
      if (!axes[index]?.domain) return scale;
      const { extent } = await this.client.json(extentUrl(this.engine.description, columns[index]));
      return { ...scale, domain: widened(extent, axes[index]) };
    }));
  }

  destroy() {
    this.#ended = true;
    clearTimeout(this.#beat);
    clearInterval(this.#poll);
  }

  get #shown() {
    return this.engine.description.rows;
  }

  #follow() {
    if (this.#follows) return;
    this.#follows = true;
    this.#watch(POLL);
    this.begins();
  }

  /** @param {number} period milliseconds */
  #watch(period) {
    clearInterval(this.#poll);
    this.#poll = window.setInterval(() => document.hidden || this.#ask(), period);
  }

  async #ask() {
    try {
      this.grown(await this.client.json(stateUrl(this.engine.description)));
    } catch (error) {
      this.#failed(error);
    }
  }

  #show() {
    const { rows, at, rate } = this.#told;
    if (rows === this.#shown) this.#at = at;
    this.asOf.show({ at: this.#at, rate, paused: this.#pinned !== null, waiting: rows - this.#shown });
  }

  /** Goes on to where the page shall be, if it is not there, not at it, and not too soon. */
  #step() {
    if (this.#follows || this.#pinned !== null) this.#show();
    const { rows, at } = this.#told;
    const target = this.#pinned ?? rows;
    if (this.#busy || this.#ended || target <= this.#shown) return;
    const early = this.#last + BEAT - performance.now();
    if (early > 0) return this.#later(early);
    const deltas = this.engine.deltas(target);
    if (deltas) void this.#take(target, at, deltas);
    else this.#later(SOON);
  }

  /** @param {number} milliseconds */
  #later(milliseconds) {
    clearTimeout(this.#beat);
    this.#beat = window.setTimeout(() => this.#step(), milliseconds);
  }

  /** @param {number} rows @param {number} at @param {import("./cubes/cube-engine.js").Delta[]} deltas */
  async #take(rows, at, deltas) {
    this.#busy = true;
    this.#last = performance.now();
    try {
      const purpose = (/** @type {number} */ index) => `growth-${index}`;
      const frames = await Promise.all(deltas.map(({ url }, index) => this.client.frame(url, purpose(index))));
      if (!this.#ended && this.engine.grow(rows, deltas, frames)) this.#at = at;
    } catch (error) {
      this.#failed(error);
    }
    this.#busy = false;
    this.#step();
  }

  /** What failed is asked for again some time later. @param {unknown} error */
  #failed(error) {
    if (this.#ended || error instanceof Outdated) return;
    this.#last = performance.now() + POLL;
    this.fail(/** @type {Error} */ (error));
  }
}
