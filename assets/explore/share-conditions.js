/**
 * Converts the filters on screen to the row conditions of a share.
 * @import { Exploration, Filter } from "./types.js"
 */
import { getFilter } from "./exploration.js";

/** @typedef {{ column: string, filter: Filter }} Condition */

/** The conditions, all of which rows must meet. @param {Exploration} exploration @returns {Condition[]} */
export function conditionsFromFilters(exploration) {
  return exploration.views.flatMap(({ id, columns: [x, y] }) => {
    const filter = getFilter(exploration, id);
    if (!filter) return [];
    if (filter.type !== "box") return [{ column: x, filter }];
    const toInterval = (/** @type {{ lo: number | null, hi: number | null }} */ { lo, hi }) =>
      /** @type {Filter} */ ({ type: "interval", lo, hi, nulls: false });
    return [{ column: x, filter: toInterval(filter.x) }, { column: y, filter: toInterval(filter.y) }];
  });
}
