/**
 * Marks of a live session: moments at which it was held still, each as so many rows as one sees.
 * @import { Growth } from "../explore/live-updates.js"
 */
import { ask } from "../explore/api.js";

export class Marks {
  /** @type {Map<number, Promise<number | null>>} */ #rows = new Map();
  /** @type {number | null} */ #wanted = null;

  /** @param {Growth} growth of the page @param {string} url of the live session */
  constructor(growth, url) {
    this.growth = growth;
    this.url = url;
  }

  /** Makes one of the rows that there are now; its number. @returns {Promise<number>} */
  async make() {
    const { mark, rows } = await ask("POST", `${this.url}/marks`, {});
    this.#rows.set(mark, Promise.resolve(rows));
    return mark;
  }

  /** Shows the rows as of a mark; null goes on with the newest, and so does a mark that nobody knows. @param {number | null} mark */
  async show(mark) {
    this.#wanted = mark;
    const rows = mark === null ? null : await this.#of(mark);
    if (mark === this.#wanted) this.growth.pin(rows);
  }

  /** @param {number} mark */
  #of(mark) {
    const known = this.#rows.get(mark) ?? ask("GET", `${this.url}/marks/${mark}`).then(({ rows }) => rows).catch(() => this.#lost(mark));
    this.#rows.set(mark, known);
    return known;
  }

  /** What failed is asked for again the next time. @param {number} mark */
  #lost(mark) {
    this.#rows.delete(mark);
    return null;
  }
}
