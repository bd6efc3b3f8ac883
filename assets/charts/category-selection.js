/** Sets of categories: what clicks, keys and runs make of them. Codes ascend; an empty set is no selection. */

/** @import {Selection} from "./types.js" */

/** @param {Selection | null} selection @returns {number[]} */
export function codesOf(selection) {
  return selection?.type === "members" ? selection.codes : [];
}

/** @param {number[]} codes @returns {Selection | null} */
function membersOf(codes) {
  return codes.length ? { type: "members", codes: [...new Set(codes)].sort((a, b) => a - b) } : null;
}

/**
 * A click: this one alone, or nothing when it was alone already; with `add`, in or out of the set.
 * @param {Selection | null} selection
 * @param {number} code
 * @param {boolean} add
 * @returns {Selection | null}
 */
export function click(selection, code, add) {
  const codes = codesOf(selection);
  if (add) return membersOf(codes.includes(code) ? codes.filter((other) => other !== code) : [...codes, code]);
  return codes.length === 1 && codes[0] === code ? null : membersOf([code]);
}

/**
 * A drag across rows: all of them, added to what was there with `add`.
 * @param {Selection | null} selection
 * @param {number[]} run
 * @param {boolean} add
 * @returns {Selection | null}
 */
export function select(selection, run, add) {
  return membersOf(add ? [...codesOf(selection), ...run] : run);
}
