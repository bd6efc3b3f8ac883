/** One kind of answer (ghost, cubes, plain): what is wanted, and what is held. An answer no longer wanted is dropped. */

/** @typedef {import("../data-client.js").Client} Client */
/** @typedef {import("./frame-decoder.js").Frame} Frame */

export class Layer {
  /** The address of the answer that the pictures hold. */
  held = "";
  #wanted = "";
  /** Counts the wishes: only the answer to the last one counts. */
  #ticket = 0;

  /**
   * @param {Client} client @param {string} purpose
   * @param {(frame: Frame) => void} install @param {(error: Error) => void} fail
   */
  constructor(client, purpose, install, fail) {
    this.client = client;
    this.purpose = purpose;
    this.install = install;
    this.fail = fail;
  }

  /** @param {string} url */
  want(url) {
    if (url === this.#wanted) return;
    this.#wanted = url;
    this.#ticket += 1;
    const known = this.client.cached(url);
    if (known) this.#take(url, known);
    else this.#fetch(url, this.#ticket);
  }

  /** Whether an answer is on its way. */
  get waiting() {
    return this.#wanted !== "" && this.#wanted !== this.held;
  }

  /** What is held has become the answer of another address. @param {string} url */
  become(url) {
    this.#wanted = this.held = url;
  }

  /** The next wish is fetched anew, also if it is the one that failed. */
  forget() {
    this.#wanted = this.held = "";
    this.#ticket += 1;
  }

  /** @param {string} url @param {number} ticket */
  async #fetch(url, ticket) {
    try {
      const frame = await this.client.frame(url, this.purpose);
      if (ticket === this.#ticket) this.#take(url, frame);
    } catch (error) {
      if (ticket !== this.#ticket) return;
      this.#wanted = "";
      this.fail(/** @type {Error} */ (error));
    }
  }

  /** @param {string} url @param {Frame} frame */
  #take(url, frame) {
    this.held = url;
    this.install(frame);
  }
}
