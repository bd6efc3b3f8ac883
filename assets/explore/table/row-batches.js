/**
 * The rows that pass all filters, fetched a batch at a time where somebody looks, and around it.
 * @import { Client } from "../data-client.js"
 * @import { Value } from "./cell-format.js"
 * @import { Description, TableRequest } from "../types.js"
 */
import { Cache } from "../lru-cache.js";
import { Outdated } from "../data-client.js";
import { tableUrl } from "../requests.js";
import { weigh } from "./memory-estimate.js";

/** Rows that are fetched together. */
export const BATCH = 200;
/** Two batches are seen at most, and two are beside them: each has a flight of its own. */
const FLIGHTS = 4;
/** How much of rows is kept, bytes; one batch a flight whatever it weighs: else what is seen would make room for what is beside it. */
const KEPT = 16 * 2 ** 20;

/** @typedef {{ total: number, rows: Value[][] }} Answer what the server says of a batch */
/** Which rows in which order, by which request and as of how many there are: `key` tells it from others.
 * @typedef {{ key: string, request: string, rows: number, url: (offset: number, limit: number) => string }} Order */
/**
 * @typedef {object} Listener
 * @property {(answer: Answer, before: Order | null) => void} onOther other rows are shown from now on
 * @property {(answer: Answer) => void} onMore more of the rows that are shown are here
 * @property {(error: Error) => void} onFailure
 */

/** The rows that are asked for, of those that there are now. @param {Description} now @param {TableRequest} asked @returns {Order} */
export function orderOf(now, asked) {
  const description = { ...now };
  const { rows } = description;
  const request = JSON.stringify(asked);
  const url = (/** @type {number} */ offset, /** @type {number} */ limit) => tableUrl(description, { ...asked, offset, limit });
  return { key: `${rows} ${request}`, request, rows, url };
}

/** The batches in which these rows are. @param {number} from @param {number} to not itself @returns {number[]} */
export function batchesOf(from, to) {
  const first = Math.floor(from / BATCH);
  return Array.from({ length: Math.max(0, Math.ceil(to / BATCH) - first) }, (_, index) => first + index);
}

/** @param {Order} order @param {number} batch */
const keyOf = ({ key }, batch) => `${batch} ${key}`;

export class Batches {
  /** @type {Cache<Answer>} */ #kept = new Cache(KEPT, FLIGHTS);
  /** The batch that each flight is for. @type {Map<number, string>} */ #flying = new Map();
  /** @type {Order | null} */ shown = null;
  /** What shall be shown. @type {Order | null} */ wanted = null;
  /** Batches that have to be here first. @type {number[]} */ #needed = [];
  #failed = false;
  total = 0;

  /** @param {Client} client @param {Listener} listener */
  constructor(client, listener) {
    this.client = client;
    this.listener = listener;
  }

  /** Whether what shall be shown is. */
  get current() {
    return this.shown !== null && this.shown.key === this.wanted?.key;
  }

  /** Goes over to these rows, once those that will be seen are here. @param {Order} order @param {number} from @param {number} [to] not itself */
  want(order, from, to = from + 1) {
    this.wanted = order;
    this.#needed = batchesOf(from, to);
    this.#failed = false;
    for (const batch of this.#needed) this.#fetch(order, batch);
  }

  /** @param {number} index @returns {Value[] | undefined} undefined while it is on its way */
  row(index) {
    const batch = this.shown && this.#kept.get(keyOf(this.shown, Math.floor(index / BATCH)));
    return batch?.rows[index % BATCH];
  }

  /** Fetches rows that are seen, then those beside them. @param {number} from @param {number} to not itself */
  near(from, to) {
    const { shown } = this;
    if (!shown || !this.current || this.#failed) return;
    const seen = batchesOf(from, to);
    for (const batch of seen) this.#fetch(shown, batch);
    if (!seen.length || !seen.every((batch) => this.#kept.get(keyOf(shown, batch)))) return;
    for (const batch of [seen[seen.length - 1] + 1, seen[0] - 1])
      if (batch >= 0 && batch * BATCH < this.total) this.#fetch(shown, batch);
  }

  /** @param {Order} order @param {number} batch */
  #fetch(order, batch) {
    const key = keyOf(order, batch);
    const known = this.#kept.get(key);
    if (known) return this.#take(order, known);
    const flight = batch % FLIGHTS;
    if (this.#flying.get(flight) === key) return;
    this.#flying.set(flight, key);
    void this.#ask(order, batch, flight);
  }

  /** @param {Order} order @param {number} batch @param {number} flight */
  async #ask(order, batch, flight) {
    const key = keyOf(order, batch);
    const url = order.url(batch * BATCH, BATCH);
    const answer = await this.client.rows(url, `rows-${flight}`).catch((error) => this.#fail(order, error));
    if (this.#flying.get(flight) === key) this.#flying.delete(flight);
    if (!answer) return;
    this.#kept.set(key, answer, weigh(key, answer.rows));
    if (order.key === this.shown?.key) this.listener.onMore(answer);
    else this.#take(order, answer);
  }

  /** @param {Order} order @param {Error} error */
  #fail(order, error) {
    if (error instanceof Outdated || order.key !== this.wanted?.key) return;
    this.#failed = true;
    this.listener.onFailure(error);
  }

  /** @param {Order} order @param {Answer} answer */
  #take(order, answer) {
    if (order.key === this.shown?.key || order.key !== this.wanted?.key) return;
    if (!this.#needed.every((batch) => this.#kept.get(keyOf(order, batch)))) return;
    const before = this.shown;
    this.shown = order;
    this.total = answer.total;
    this.listener.onOther(answer, before);
  }
}
