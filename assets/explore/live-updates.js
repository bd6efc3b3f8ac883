/**
 * Keeps an open page up to date with a growing dataset: it is notified of new rows or polls for them, fetches the
 * deltas to the responses that are shown, and adds them in place.
 * @import { DataClient } from "./data-client.js"
 * @import { CubeEngine } from "./cubes/cube-engine.js"
 * @import { CubeAxis, View } from "./types.js"
 */
import { AsOfIndicator } from "./as-of-indicator.js";
import { SupersededError } from "./data-client.js";
import { extentUrl, stateUrl } from "./requests.js";

/** How many rows there are, since when (epoch milliseconds), and how many arrive per second.
 * @typedef {{ rows: number, at: number, rate: number }} DatasetState */

/** Charts update no faster than this, milliseconds; it is less than the interval of feeds, so that no batch has to wait. */
const MIN_INTERVAL = 200;
/** Delay before the next try while a response is outstanding, milliseconds. */
const RETRY_DELAY = 60;
/** Polling interval without notifications, milliseconds. */
const POLL_INTERVAL = 5000;
/** Polling interval while the dataset has not grown yet, milliseconds. */
const IDLE_POLL_INTERVAL = 30_000;

/**
 * A domain that includes the greatest value, as domains are half-open.
 * @param {[number, number] | []} extent the least and greatest value @param {CubeAxis} axis
 * @returns {[number, number] | null}
 */
export function widenDomain(extent, { type, domain }) {
  if (!extent.length) return domain;
  const [least, greatest] = extent;
  const from = type === "log" && least <= 0 ? /** @type {[number, number]} */ (domain)[0] : least;
  const to = Math.max(greatest, from);
  const end = to + ((to - from) / 1000 || 1);
  return type === "time" ? [Math.floor(from), Math.ceil(end)] : [from, end];
}

export class LiveUpdates {
  /** The latest known state. @type {DatasetState} */ #latest;
  /** The row count to stay at; null: always the latest. @type {number | null} */ #pinnedRows = null;
  #shownAt = Date.now();
  #lastFetchAt = -Infinity;
  #isFetching = false;
  #advanceTimer = 0;
  #pollTimer = 0;
  #isFollowing = false;
  #isDestroyed = false;

  /**
   * @param {CubeEngine} engine @param {DataClient} client @param {(error: Error) => void} onError
   * @param {(isPaused: boolean) => void} [requestPaused] the user pauses or resumes
   * @param {() => void} [onFirstGrowth] the dataset has grown for the first time
   */
  constructor(engine, client, onError, requestPaused = (isPaused) => this.setPaused(isPaused), onFirstGrowth = () => {}) {
    this.engine = engine;
    this.client = client;
    this.onError = onError;
    this.onFirstGrowth = onFirstGrowth;
    this.asOfIndicator = new AsOfIndicator(() => requestPaused(this.#pinnedRows === null));
    this.#latest = { rows: this.#shownRows, at: this.#shownAt, rate: 0 };
    this.#isFollowing = engine.description.grows;
    this.#startPolling(this.#isFollowing ? POLL_INTERVAL : IDLE_POLL_INTERVAL);
    if (this.#isFollowing) this.#showAsOf();
  }

  /** There are new rows; if the state doesn't say how many, it is fetched. @param {Partial<DatasetState>} [state] */
  notifyRows(state = {}) {
    const { rows, at = Date.now(), rate = this.#latest.rate } = state;
    if (rows === undefined) return void this.#fetchState();
    if (rows >= this.#latest.rows) this.#latest = { rows, at, rate };
    if (!this.#isFollowing && rows <= this.#shownRows) return;
    this.#startFollowing();
    this.#advanceNow();
  }

  /** Pauses at the rows that are shown, or resumes. @param {boolean} isPaused */
  setPaused(isPaused) {
    this.pinRows(isPaused ? this.#shownRows : null);
  }

  /** Pins the page to a row count, also to fewer rows than are shown; null resumes with the latest. @param {number | null} rows */
  pinRows(rows) {
    this.#pinnedRows = rows;
    if (rows !== null && rows < this.#shownRows) this.engine.goToRowCount(rows);
    this.#advanceNow();
  }

  /**
   * The scales of a view, widened to all values that there are by now; those of categories stay.
   * @param {View} view @returns {Promise<View["scales"]>}
   */
  async widenScales({ id, columns, scales }) {
    const axes = this.engine.getViewData(id)?.axes ?? [];
    return Promise.all(scales.map(async (scale, index) => {
      if (!axes[index]?.domain) return scale;
      const { extent } = await this.client.fetchJson(extentUrl(this.engine.description, columns[index]));
      return { ...scale, domain: widenDomain(extent, axes[index]) };
    }));
  }

  destroy() {
    this.#isDestroyed = true;
    clearTimeout(this.#advanceTimer);
    clearInterval(this.#pollTimer);
  }

  get #shownRows() {
    return this.engine.description.rows;
  }

  #startFollowing() {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    this.#startPolling(POLL_INTERVAL);
    this.onFirstGrowth();
  }

  /** @param {number} period milliseconds */
  #startPolling(period) {
    clearInterval(this.#pollTimer);
    this.#pollTimer = window.setInterval(() => document.hidden || this.#fetchState(), period);
  }

  async #fetchState() {
    try {
      this.notifyRows(await this.client.fetchJson(stateUrl(this.engine.description)));
    } catch (error) {
      this.#handleFailure(error);
    }
  }

  #showAsOf() {
    const { rows, at, rate } = this.#latest;
    if (rows === this.#shownRows) this.#shownAt = at;
    this.asOfIndicator.showState({ at: this.#shownAt, rate, paused: this.#pinnedRows !== null, waiting: rows - this.#shownRows });
  }

  /** Updates the page to the target row count, unless it is there, an update is running or the last one was too recent. */
  #advanceNow() {
    if (this.#isFollowing || this.#pinnedRows !== null) this.#showAsOf();
    const { rows, at } = this.#latest;
    const target = this.#pinnedRows ?? rows;
    if (this.#isFetching || this.#isDestroyed || target <= this.#shownRows) return;
    const early = this.#lastFetchAt + MIN_INTERVAL - performance.now();
    if (early > 0) return this.#scheduleAdvance(early);
    const deltas = this.engine.listDeltas(target);
    if (deltas) void this.#fetchDeltas(target, at, deltas);
    else this.#scheduleAdvance(RETRY_DELAY);
  }

  /** @param {number} milliseconds */
  #scheduleAdvance(milliseconds) {
    clearTimeout(this.#advanceTimer);
    this.#advanceTimer = window.setTimeout(() => this.#advanceNow(), milliseconds);
  }

  /** @param {number} rows @param {number} at @param {import("./cubes/cube-engine.js").AppendDelta[]} deltas */
  async #fetchDeltas(rows, at, deltas) {
    this.#isFetching = true;
    this.#lastFetchAt = performance.now();
    try {
      const getPurpose = (/** @type {number} */ index) => `growth-${index}`;
      const frames = await Promise.all(deltas.map(({ url }, index) => this.client.fetchFrame(url, getPurpose(index))));
      if (!this.#isDestroyed && this.engine.applyDeltas(rows, deltas, frames)) this.#shownAt = at;
    } catch (error) {
      this.#handleFailure(error);
    }
    this.#isFetching = false;
    this.#advanceNow();
  }

  /** Reports a failure; the next try is made some time later. @param {unknown} error */
  #handleFailure(error) {
    if (this.#isDestroyed || error instanceof SupersededError) return;
    this.#lastFetchAt = performance.now() + POLL_INTERVAL;
    this.onError(/** @type {Error} */ (error));
  }
}
