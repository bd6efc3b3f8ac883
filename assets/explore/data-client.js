/** Fetches cube frames and rows: one flight a purpose, the newer ends the older; decoded frames are kept. */
import { Cache } from "./lru-cache.js";
import { decode } from "./cubes/frame-decoder.js";

const MEMORY = 96 * 2 ** 20;
const PATIENCE = 30_000;

/** A newer request has taken this one's place. */
export class Outdated extends Error {
  message = "A newer request took this one’s place.";
}

/** The session has ended. */
export class SignedOut extends Error {}

/** The person sees more or less than when the page was opened. */
export class RightsChanged extends Error {
  message = "Your rights have changed.";
}

/** The dataset is no longer there, or no longer the person's to see. */
export class Gone extends Error {
  message = "This dataset is no longer here for you.";
}

/** The server could not be reached, or could not answer; the message is for people. */
export class Failed extends Error {}

const TOLD = [Outdated, SignedOut, RightsChanged, Gone, Failed];

/** @param {Response} response @returns {Promise<Error>} */
async function failure(response) {
  if (response.status === 401) return new SignedOut();
  if (response.status === 403 || response.status === 404) return new Gone();
  const body = await response.json().catch(() => null);
  if (response.status === 409) return body?.error?.code === "rights-changed" ? new RightsChanged() : new Outdated();
  const told = body?.error?.message;
  return new Failed(told ?? `The server could not answer (${response.status}).`);
}

/** @param {unknown} error @param {AbortSignal} own @returns {Error} */
function asFailure(error, own) {
  if (own.aborted) return new Outdated();
  if (error instanceof DOMException && error.name === "TimeoutError")
    return new Failed(`The server did not answer within ${PATIENCE / 1000} seconds.`);
  return new Failed("The server cannot be reached.");
}

export class Client {
  /** @type {Map<string, AbortController>} */ #flights = new Map();
  /** Requests may overtake each other on their way: the server goes by their numbers. */
  #number = 0;
  /** @type {Cache<import("./cubes/frame-decoder.js").Frame>} */ #frames = new Cache(MEMORY);

  /** @param {string} tab tells the tabs of one person apart @param {typeof fetch} [get] */
  constructor(tab, get = (url, init) => fetch(url, init)) {
    this.tab = tab;
    this.get = get;
  }

  /** @param {string} url */
  cached(url) {
    return this.#frames.get(url);
  }

  /**
   * @param {string} url @param {string} purpose
   * @returns {Promise<import("./cubes/frame-decoder.js").Frame>}
   * @throws {Outdated | SignedOut | RightsChanged | Gone | Failed}
   */
  async frame(url, purpose) {
    this.#flights.get(purpose)?.abort();
    const known = this.#frames.get(url);
    if (known) return known;
    const buffer = await this.#fly(url, purpose, "application/octet-stream", (response) => response.arrayBuffer());
    const frame = decode(buffer);
    this.#frames.set(url, frame, buffer.byteLength);
    return frame;
  }

  /**
   * Some rows of a table.
   * @param {string} url @param {string} purpose
   * @returns {Promise<import("./table/row-batches.js").Answer>}
   * @throws {Outdated | SignedOut | RightsChanged | Gone | Failed}
   */
  async rows(url, purpose) {
    return this.#fly(url, purpose, "application/json", (response) => response.json());
  }

  /**
   * What the server knows of a growing dataset.
   * @param {string} url
   * @returns {Promise<any>}
   * @throws {SignedOut | RightsChanged | Failed}
   */
  async json(url) {
    return this.#answer(url, { Accept: "application/json" }, new AbortController().signal, (response) => response.json());
  }

  /**
   * @template T
   * @param {string} url @param {string} purpose @param {string} media @param {(response: Response) => Promise<T>} read
   * @returns {Promise<T>}
   */
  async #fly(url, purpose, media, read) {
    this.#flights.get(purpose)?.abort();
    const controller = new AbortController();
    this.#flights.set(purpose, controller);
    const headers = { "X-Flight": `${this.tab}/${purpose}/${++this.#number}`, Accept: media };
    return this.#answer(url, headers, controller.signal, read);
  }

  /**
   * @template T
   * @param {string} url @param {Record<string, string>} headers @param {AbortSignal} own
   * @param {(response: Response) => Promise<T>} read
   * @returns {Promise<T>}
   */
  async #answer(url, headers, own, read) {
    const signal = AbortSignal.any([own, AbortSignal.timeout(PATIENCE)]);
    try {
      const response = await this.get(url, { signal, headers });
      if (!response.ok) throw await failure(response);
      return await read(response);
    } catch (error) {
      if (TOLD.some((kind) => error instanceof kind)) throw error;
      throw asFailure(error, own);
    }
  }
}
