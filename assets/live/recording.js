/**
 * The recorded messages of a live session, and its state at a moment.
 * @import { MoveMessage, CommittedState } from "./types.js"
 */
import { callApi } from "../explore/api.js";

/** @typedef {{ at: number, state?: CommittedState, move?: MoveMessage }} RecordedEvent milliseconds since it began */

/** @param {string} url of the live session @returns {Promise<Recording>} */
export async function fetchRecording(url) {
  /** @type {[number, string, any][]} */ const messages = [];
  for (let after = -1, next = 0; next !== after; ) {
    after = next;
    const part = await callApi("GET", `${url}/record?after=${after}`);
    messages.push(...part.messages);
    next = part.next;
  }
  return new Recording(messages);
}

export class Recording {
  /** @type {RecordedEvent[]} */ events;

  /** @param {[number, string, any][]} messages time, name and data */
  constructor(messages) {
    const sorted = messages.toSorted(([a], [b]) => a - b);
    const start = sorted[0]?.[0] ?? 0;
    this.events = sorted.map(([at, name, data]) => ({ at: at - start, [name]: data }));
  }

  /** Duration, milliseconds. */
  get duration() {
    return this.events.at(-1)?.at ?? 0;
  }

  /** Moments of commits, milliseconds since it began. */
  get commitTimes() {
    return this.events.filter(({ state }) => state).map(({ at }) => at);
  }

  /** The events after a moment and up to another. @param {number} after @param {number} until */
  listEvents(after, until) {
    return this.events.filter(({ at }) => at > after && at <= until);
  }

  /** The last commit up to a moment, and the movements since. @param {number} moment @returns {RecordedEvent[]} */
  listEventsAt(moment) {
    const past = this.listEvents(-1, moment);
    const commit = past.findLastIndex(({ state }) => state);
    return commit < 0 ? past : past.slice(commit);
  }
}
