/**
 * Pause marks of a live session: moments at which it was paused, each with the row count that the user sees.
 * @import { LiveUpdates } from "../explore/live-updates.js"
 */
import { callApi } from "../explore/api.js";

export class PauseMarks {
  /** @type {Map<number, Promise<number | null>>} */ #rows = new Map();
  /** @type {number | null} */ #requestedMark = null;

  /** @param {LiveUpdates} liveUpdates of the page @param {string} url of the live session */
  constructor(liveUpdates, url) {
    this.liveUpdates = liveUpdates;
    this.url = url;
  }

  /** Creates a mark at the current rows; resolves to its number. @returns {Promise<number>} */
  async createMark() {
    const { mark, rows } = await callApi("POST", `${this.url}/marks`, {});
    this.#rows.set(mark, Promise.resolve(rows));
    return mark;
  }

  /** Shows the rows as of a mark; null or an unknown mark resumes with the latest. @param {number | null} mark */
  async showMark(mark) {
    this.#requestedMark = mark;
    const rows = mark === null ? null : await this.#fetchRows(mark);
    if (mark === this.#requestedMark) this.liveUpdates.pinRows(rows);
  }

  /** @param {number} mark */
  #fetchRows(mark) {
    const known = this.#rows.get(mark) ?? callApi("GET", `${this.url}/marks/${mark}`).then(({ rows }) => rows).catch(() => this.#forgetMark(mark));
    this.#rows.set(mark, known);
    return known;
  }

  /** Forgets a mark that could not be fetched, so that it is fetched again next time. @param {number} mark */
  #forgetMark(mark) {
    this.#rows.delete(mark);
    return null;
  }
}
