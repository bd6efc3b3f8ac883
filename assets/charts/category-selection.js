/** Selections of categories: how clicks, keys and drags change them. Codes ascend; an empty set means no selection. */

/** @import {Selection} from "./types.js" */

/** @param {Selection | null} selection @returns {number[]} */
export function getSelectedCodes(selection) {
  return selection?.type === "members" ? selection.codes : [];
}

/** @param {number[]} codes @returns {Selection | null} */
function createMembersSelection(codes) {
  return codes.length ? { type: "members", codes: [...new Set(codes)].sort((a, b) => a - b) } : null;
}

/**
 * A click: selects this category alone, or nothing if it was the only one; with `add`, toggles it.
 * @param {Selection | null} selection
 * @param {number} code
 * @param {boolean} add
 * @returns {Selection | null}
 */
export function toggleCategory(selection, code, add) {
  const codes = getSelectedCodes(selection);
  if (add) return createMembersSelection(codes.includes(code) ? codes.filter((other) => other !== code) : [...codes, code]);
  return codes.length === 1 && codes[0] === code ? null : createMembersSelection([code]);
}

/**
 * A drag across rows: selects all of them; with `add`, besides those already selected.
 * @param {Selection | null} selection
 * @param {number[]} added
 * @param {boolean} add
 * @returns {Selection | null}
 */
export function selectCategories(selection, added, add) {
  return createMembersSelection(add ? [...getSelectedCodes(selection), ...added] : added);
}
