/** Hands commits to Dash's store, each of them: more than about 30 a second and Dash would drop some. */

const STORE = "live";
const APART = 50;

export class Store {
  /** @type {object[]} */ #queue = [];
  #busy = false;

  /** @param {(id: string, props: object) => void} [set] */
  constructor(set = (id, props) => /** @type {any} */ (window.dash_clientside).set_props(id, props)) {
    this.set = set;
  }

  /** @param {object} commit */
  put(commit) {
    this.#queue.push(commit);
    if (!this.#busy) this.#next();
  }

  #next() {
    const commit = this.#queue.shift();
    this.#busy = commit !== undefined;
    if (!commit) return;
    this.set(STORE, { data: commit });
    setTimeout(() => this.#next(), APART);
  }
}
