/** The response of one kind (ghost, cubes, plain): which is requested, and which is held. A superseded response is dropped. */

/** @typedef {import("../data-client.js").DataClient} Client */
/** @typedef {import("./frame-decoder.js").CubeFrame} Frame */

export class ResponseSlot {
  /** The URL of the response that the views show. */
  heldUrl = "";
  #requestedUrl = "";
  /** Counts the requests: only the response to the last one counts. */
  #requestNumber = 0;

  /**
   * @param {Client} client @param {string} purpose
   * @param {(frame: Frame) => void} install @param {(error: Error) => void} fail
   */
  constructor(client, purpose, install, fail) {
    this.client = client;
    this.purpose = purpose;
    this.onFrame = install;
    this.onError = fail;
  }

  /** @param {string} url */
  requestUrl(url) {
    if (url === this.#requestedUrl) return;
    this.#requestedUrl = url;
    this.#requestNumber += 1;
    const cached = this.client.getCached(url);
    if (cached) this.#installFrame(url, cached);
    else this.#fetchFrame(url, this.#requestNumber);
  }

  /** Whether a response is outstanding. */
  get isWaiting() {
    return this.#requestedUrl !== "" && this.#requestedUrl !== this.heldUrl;
  }

  /** The held response has become that of another URL. @param {string} url */
  setHeldUrl(url) {
    this.#requestedUrl = this.heldUrl = url;
  }

  /** Drops the response, so that the next request is fetched, even the one that failed. */
  dropAnswer() {
    this.#requestedUrl = this.heldUrl = "";
    this.#requestNumber += 1;
  }

  /** @param {string} url @param {number} requestNumber */
  async #fetchFrame(url, requestNumber) {
    try {
      const frame = await this.client.fetchFrame(url, this.purpose);
      if (requestNumber === this.#requestNumber) this.#installFrame(url, frame);
    } catch (error) {
      if (requestNumber !== this.#requestNumber) return;
      this.#requestedUrl = "";
      this.onError(/** @type {Error} */ (error));
    }
  }

  /** @param {string} url @param {Frame} frame */
  #installFrame(url, frame) {
    this.heldUrl = url;
    this.onFrame(frame);
  }
}
