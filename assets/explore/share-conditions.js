/**
 * From the filters on screen to the rows that a share shows.
 * @import { Exploration, Filter } from "./types.js"
 */
import { filterOf } from "./exploration.js";

/** @typedef {{ column: string, filter: Filter }} Condition */

/** Rows must meet all of them. @param {Exploration} exploration @returns {Condition[]} */
export function conditionsOf(exploration) {
  return exploration.views.flatMap(({ id, columns: [x, y] }) => {
    const filter = filterOf(exploration, id);
    if (!filter) return [];
    if (filter.type !== "box") return [{ column: x, filter }];
    const span = (/** @type {{ lo: number | null, hi: number | null }} */ { lo, hi }) =>
      /** @type {Filter} */ ({ type: "interval", lo, hi, nulls: false });
    return [{ column: x, filter: span(filter.x) }, { column: y, filter: span(filter.y) }];
  });
}
