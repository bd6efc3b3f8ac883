/** Writes every commit to the Dash store, one at a time: at more than about 30 per second Dash would drop some. */

const STORE_ID = "live";
const SEND_INTERVAL = 50;

export class CommitStore {
  /** @type {object[]} */ #queue = [];
  #busy = false;

  /** @param {(id: string, props: object) => void} [set] */
  constructor(set = (id, props) => /** @type {any} */ (window.dash_clientside).set_props(id, props)) {
    this.setProps = set;
  }

  /** @param {object} commit */
  put(commit) {
    this.#queue.push(commit);
    if (!this.#busy) this.#sendNext();
  }

  #sendNext() {
    const commit = this.#queue.shift();
    this.#busy = commit !== undefined;
    if (!commit) return;
    this.setProps(STORE_ID, { data: commit });
    setTimeout(() => this.#sendNext(), SEND_INTERVAL);
  }
}
