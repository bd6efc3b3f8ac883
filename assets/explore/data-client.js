/** Fetches cube frames and rows: one request per purpose, a newer one aborts the older; decoded frames are cached. */
import { LruCache } from "./lru-cache.js";
import { decodeFrame } from "./cubes/frame-decoder.js";

const CACHE_BYTES = 96 * 2 ** 20;
const REQUEST_TIMEOUT = 30_000;
const TOO_MANY_REQUESTS = 429;

/** A newer request has superseded this one. */
export class SupersededError extends Error {
  message = "Superseded by a newer request.";
}

/** The session has ended. */
export class SignedOutError extends Error {}

/** The user's access to the dataset has changed since the page was opened. */
export class RightsChangedError extends Error {
  message = "Your access has changed.";
}

/** The dataset no longer exists, or the user no longer has access to it. */
export class DatasetGoneError extends Error {
  message = "You no longer have access to this dataset.";
}

/** The server could not be reached or returned an error; the message is for people. */
export class RequestFailedError extends Error {}

const KNOWN_ERRORS = [SupersededError, SignedOutError, RightsChangedError, DatasetGoneError, RequestFailedError];

/** @param {Response} response @returns {Promise<Error>} */
async function errorFromResponse(response) {
  if (response.status === 401) return new SignedOutError();
  if (response.status === 403 || response.status === 404) return new DatasetGoneError();
  const body = await response.json().catch(() => null);
  if (response.status === 409) return body?.error?.code === "rights-changed" ? new RightsChangedError() : new SupersededError();
  const told = body?.error?.message;
  return new RequestFailedError(told ?? `The server returned an error (${response.status}).`);
}

/** @param {unknown} error @param {AbortSignal} ownSignal @returns {Error} */
function errorFromException(error, ownSignal) {
  if (ownSignal.aborted) return new SupersededError();
  if (error instanceof DOMException && error.name === "TimeoutError")
    return new RequestFailedError(`The server didn't respond within ${REQUEST_TIMEOUT / 1000} seconds.`);
  return new RequestFailedError("Can't reach the server. Check your connection and try again.");
}

/**
 * Waits as long as the server wants a client to that asks too much at once.
 * @param {Response} response @param {AbortSignal} signal ends the wait @returns {Promise<void>}
 */
function waitRetryTime(response, signal) {
  const seconds = Number(response.headers.get("Retry-After")) || 1;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const endWait = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (signal.aborted) endWait();
    else signal.addEventListener("abort", endWait, { once: true });
  });
}

export class DataClient {
  /** @type {Map<string, AbortController>} */ #inFlight = new Map();
  /** Requests may arrive out of order: the server orders them by these numbers. */
  #requestNumber = 0;
  /** @type {LruCache<import("./cubes/frame-decoder.js").CubeFrame>} */ #frames = new LruCache(CACHE_BYTES);

  /** @param {string} tab identifies this tab among those of the user @param {typeof fetch} [get] */
  constructor(tab, get = (url, init) => fetch(url, init)) {
    this.tabId = tab;
    this.fetch = get;
  }

  /** @param {string} url */
  getCached(url) {
    return this.#frames.get(url);
  }

  /**
   * @param {string} url @param {string} purpose
   * @returns {Promise<import("./cubes/frame-decoder.js").CubeFrame>}
   * @throws {SupersededError | SignedOutError | RightsChangedError | DatasetGoneError | RequestFailedError}
   */
  async fetchFrame(url, purpose) {
    this.#inFlight.get(purpose)?.abort();
    const known = this.#frames.get(url);
    if (known) return known;
    const buffer = await this.#fetchLatest(url, purpose, "application/octet-stream", (response) => response.arrayBuffer());
    const frame = decodeFrame(buffer);
    this.#frames.set(url, frame, buffer.byteLength);
    return frame;
  }

  /**
   * Fetches some rows of the table.
   * @param {string} url @param {string} purpose
   * @returns {Promise<import("./table/row-batches.js").RowsResponse>}
   * @throws {SupersededError | SignedOutError | RightsChangedError | DatasetGoneError | RequestFailedError}
   */
  async fetchRows(url, purpose) {
    return this.#fetchLatest(url, purpose, "application/json", (response) => response.json());
  }

  /**
   * Fetches the state of a growing dataset.
   * @param {string} url
   * @returns {Promise<any>}
   * @throws {SignedOutError | RightsChangedError | RequestFailedError}
   */
  async fetchJson(url) {
    return this.#fetchAndRead(url, { Accept: "application/json" }, new AbortController().signal, (response) => response.json());
  }

  /**
   * @template T
   * @param {string} url @param {string} purpose @param {string} media @param {(response: Response) => Promise<T>} read
   * @returns {Promise<T>}
   */
  async #fetchLatest(url, purpose, media, read) {
    this.#inFlight.get(purpose)?.abort();
    const controller = new AbortController();
    this.#inFlight.set(purpose, controller);
    const headers = { "X-Flight": `${this.tabId}/${purpose}/${++this.#requestNumber}`, Accept: media };
    return this.#fetchAndRead(url, headers, controller.signal, read);
  }

  /**
   * @template T
   * @param {string} url @param {Record<string, string>} headers @param {AbortSignal} ownSignal
   * @param {(response: Response) => Promise<T>} read
   * @returns {Promise<T>}
   */
  async #fetchAndRead(url, headers, ownSignal, read) {
    const signal = AbortSignal.any([ownSignal, AbortSignal.timeout(REQUEST_TIMEOUT)]);
    try {
      const response = await this.#fetchInTurn(url, { signal, headers });
      if (!response.ok) throw await errorFromResponse(response);
      return await read(response);
    } catch (error) {
      if (KNOWN_ERRORS.some((kind) => error instanceof kind)) throw error;
      throw errorFromException(error, ownSignal);
    }
  }
  /**
   * Asks again while the server computes too much for this user already.
   * @param {string} url @param {{ signal: AbortSignal, headers: Record<string, string> }} init @returns {Promise<Response>}
   */
  async #fetchInTurn(url, init) {
    let response = await this.fetch(url, init);
    while (response.status === TOO_MANY_REQUESTS) {
      await waitRetryTime(response, init.signal);
      response = await this.fetch(url, init);
    }
    return response;
  }
}
