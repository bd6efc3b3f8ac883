/**
 * Hooks through which an Explore page and a live session interact.
 * @import { Exploration, Filter } from "../explore/types.js"
 */

/**
 * @typedef {object} PageHooks
 * @property {boolean} isInControl whether the pointer here decides which view is active
 * @property {(still: boolean) => boolean} onPauseRequested the user pauses or resumes; returns whether the session does so for everybody
 * @property {() => void} onUserAction the user acts on their own
 * @property {(exploration: Exploration) => void} onCommitted
 * @property {(id: string, filter: Filter | null) => void} onBrushed a brush has moved; nothing is committed yet
 * @property {() => void} onBrushEnded a brush has ended without a change
 * @property {(id: string) => void} onActivated
 */

/** Hooks of a page without a live session. @type {PageHooks} */
export const NO_OP = { isInControl: true, onPauseRequested: () => false, onUserAction() {}, onCommitted() {}, onBrushed() {}, onBrushEnded() {}, onActivated() {} };
