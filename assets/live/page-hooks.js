/**
 * What an Explore page asks of a live session, and tells it.
 * @import { Exploration, Filter } from "../explore/types.js"
 */

/**
 * @typedef {object} Companion
 * @property {boolean} steers whether the pointer here decides which view is active
 * @property {(still: boolean) => boolean} holds the person wants the rows to stay, or to go on; whether it sees to that for all
 * @property {() => void} acts the person does something of their own
 * @property {(exploration: Exploration) => void} committed
 * @property {(id: string, filter: Filter | null) => void} brushed a brush is where it is; nothing is committed yet
 * @property {() => void} rested a brush has ended, whether it changed anything or not
 * @property {(id: string) => void} activated
 */

/** Of a page that nobody follows. @type {Companion} */
export const NOBODY = { steers: true, holds: () => false, acts() {}, committed() {}, brushed() {}, rested() {}, activated() {} };
