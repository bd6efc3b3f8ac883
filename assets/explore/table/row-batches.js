/**
 * The rows that pass all filters, fetched in batches on and around the visible part.
 * @import { DataClient } from "../data-client.js"
 * @import { CellValue } from "./cell-format.js"
 * @import { DatasetDescription, TableRequest } from "../types.js"
 */
import { LruCache } from "../lru-cache.js";
import { SupersededError } from "../data-client.js";
import { tableUrl } from "../requests.js";
import { estimateRows } from "./memory-estimate.js";

/** Rows per batch. */
export const BATCH_SIZE = 200;
/** At most two batches are visible, and two are next to them: each has a request of its own. */
const MAX_REQUESTS = 4;
/** Size of the row cache, bytes; it keeps one batch per request whatever their size, or prefetched batches would evict visible ones. */
const CACHE_BYTES = 16 * 2 ** 20;

/** @typedef {{ total: number, rows: CellValue[][] }} RowsResponse the server's response for a batch */
/** Which rows in which order, and the row count of the dataset; identified by `key`.
 * @typedef {{ key: string, request: string, rows: number, url: (offset: number, limit: number) => string }} RowsQuery */
/**
 * @typedef {object} RowBatchesListener
 * @property {(answer: RowsResponse, before: RowsQuery | null) => void} onReplaced other rows are shown now
 * @property {(answer: RowsResponse) => void} onLoaded more of the rows shown have been loaded
 * @property {(error: Error) => void} onFailure
 */

/** The query for a table request at the current row count. @param {DatasetDescription} currentDescription @param {TableRequest} tableRequest @returns {RowsQuery} */
export function createRowsQuery(currentDescription, tableRequest) {
  const description = { ...currentDescription };
  const { rows } = description;
  const request = JSON.stringify(tableRequest);
  const url = (/** @type {number} */ offset, /** @type {number} */ limit) => tableUrl(description, { ...tableRequest, offset, limit });
  return { key: `${rows} ${request}`, request, rows, url };
}

/** The batches that contain these rows. @param {number} from @param {number} to exclusive @returns {number[]} */
export function listBatches(from, to) {
  const first = Math.floor(from / BATCH_SIZE);
  return Array.from({ length: Math.max(0, Math.ceil(to / BATCH_SIZE) - first) }, (_, index) => first + index);
}

/** @param {RowsQuery} query @param {number} batch */
const getBatchKey = ({ key }, batch) => `${batch} ${key}`;

export class RowBatches {
  /** @type {LruCache<RowsResponse>} */ #cache = new LruCache(CACHE_BYTES, MAX_REQUESTS);
  /** The batch that each lane is loading. @type {Map<number, string>} */ #inFlight = new Map();
  /** @type {RowsQuery | null} */ shown = null;
  /** The query to show next. @type {RowsQuery | null} */ requested = null;
  /** Batches that must be loaded first. @type {number[]} */ #requiredBatches = [];
  #hasFailed = false;
  total = 0;

  /** @param {DataClient} client @param {RowBatchesListener} listener */
  constructor(client, listener) {
    this.client = client;
    this.listener = listener;
  }

  /** Whether the latest query is shown. */
  get isCurrent() {
    return this.shown !== null && this.shown.key === this.requested?.key;
  }

  /** Switches to these rows once the visible ones are loaded. @param {RowsQuery} query @param {number} from @param {number} [to] exclusive */
  requestRows(query, from, to = from + 1) {
    this.requested = query;
    this.#requiredBatches = listBatches(from, to);
    this.#hasFailed = false;
    for (const batch of this.#requiredBatches) this.#fetchBatch(query, batch);
  }

  /** @param {number} index @returns {CellValue[] | undefined} undefined while it is loading */
  getRow(index) {
    const batch = this.shown && this.#cache.get(getBatchKey(this.shown, Math.floor(index / BATCH_SIZE)));
    return batch?.rows[index % BATCH_SIZE];
  }

  /** Fetches visible rows, then those next to them. @param {number} from @param {number} to exclusive */
  loadAround(from, to) {
    const { shown } = this;
    if (!shown || !this.isCurrent || this.#hasFailed) return;
    const seen = listBatches(from, to);
    for (const batch of seen) this.#fetchBatch(shown, batch);
    if (!seen.length || !seen.every((batch) => this.#cache.get(getBatchKey(shown, batch)))) return;
    for (const batch of [seen[seen.length - 1] + 1, seen[0] - 1])
      if (batch >= 0 && batch * BATCH_SIZE < this.total) this.#fetchBatch(shown, batch);
  }

  /** @param {RowsQuery} query @param {number} batch */
  #fetchBatch(query, batch) {
    const key = getBatchKey(query, batch);
    const cached = this.#cache.get(key);
    if (cached) return this.#showWhenComplete(query, cached);
    const lane = batch % MAX_REQUESTS;
    if (this.#inFlight.get(lane) === key) return;
    this.#inFlight.set(lane, key);
    void this.#requestBatch(query, batch, lane);
  }

  /** @param {RowsQuery} query @param {number} batch @param {number} lane */
  async #requestBatch(query, batch, lane) {
    const key = getBatchKey(query, batch);
    const answer = await this.#fetchAllRows(query, batch * BATCH_SIZE, `rows-${lane}`).catch((error) => this.#handleFailure(query, error));
    if (this.#inFlight.get(lane) === key) this.#inFlight.delete(lane);
    if (!answer) return;
    this.#cache.set(key, answer, estimateRows(key, answer.rows));
    if (query.key === this.shown?.key) this.listener.onLoaded(answer);
    else this.#showWhenComplete(query, answer);
  }

  /** All rows of a batch: a response ends early if they are too large for one. @param {RowsQuery} query @param {number} start @param {string} purpose @returns {Promise<RowsResponse>} */
  async #fetchAllRows(query, start, purpose) {
    const answer = await this.client.fetchRows(query.url(start, BATCH_SIZE), purpose);
    const rows = [...answer.rows];
    const needed = Math.min(BATCH_SIZE, answer.total - start);
    for (let added = rows.length; added > 0 && rows.length < needed;) {
      const more = await this.client.fetchRows(query.url(start + rows.length, needed - rows.length), purpose);
      rows.push(...more.rows);
      added = more.rows.length;
    }
    return { ...answer, rows };
  }

  /** @param {RowsQuery} query @param {Error} error */
  #handleFailure(query, error) {
    if (error instanceof SupersededError || query.key !== this.requested?.key) return;
    this.#hasFailed = true;
    this.listener.onFailure(error);
  }

  /** @param {RowsQuery} query @param {RowsResponse} answer */
  #showWhenComplete(query, answer) {
    if (query.key === this.shown?.key || query.key !== this.requested?.key) return;
    if (!this.#requiredBatches.every((batch) => this.#cache.get(getBatchKey(query, batch)))) return;
    const before = this.shown;
    this.shown = query;
    this.total = answer.total;
    this.listener.onReplaced(answer, before);
  }
}
