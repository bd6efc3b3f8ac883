/**
 * What was sent in a live session, in order; and what stands at a moment of it.
 * @import { Move, State } from "./types.js"
 */
import { ask } from "../explore/api.js";

/** @typedef {{ at: number, state?: State, move?: Move }} Event milliseconds since it began */

/** @param {string} url of the live session @returns {Promise<Recording>} */
export async function fetchRecording(url) {
  /** @type {[number, string, any][]} */ const messages = [];
  for (let after = -1, next = 0; next !== after; ) {
    after = next;
    const part = await ask("GET", `${url}/record?after=${after}`);
    messages.push(...part.messages);
    next = part.next;
  }
  return new Recording(messages);
}

export class Recording {
  /** @type {Event[]} */ events;

  /** @param {[number, string, any][]} messages moment, name and data */
  constructor(messages) {
    const sorted = messages.toSorted(([a], [b]) => a - b);
    const start = sorted[0]?.[0] ?? 0;
    this.events = sorted.map(([at, name, data]) => ({ at: at - start, [name]: data }));
  }

  /** Milliseconds. */
  get length() {
    return this.events.at(-1)?.at ?? 0;
  }

  /** Moments of commits, milliseconds since it began. */
  get marks() {
    return this.events.filter(({ state }) => state).map(({ at }) => at);
  }

  /** What happened after a moment and up to another. @param {number} after @param {number} until */
  between(after, until) {
    return this.events.filter(({ at }) => at > after && at <= until);
  }

  /** The last commit up to a moment, and what has moved since. @param {number} moment @returns {Event[]} */
  standing(moment) {
    const past = this.between(-1, moment);
    const commit = past.findLastIndex(({ state }) => state);
    return commit < 0 ? past : past.slice(commit);
  }
}
