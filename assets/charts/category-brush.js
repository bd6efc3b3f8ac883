/** The hand on a list of categories: a click takes one, a drag a run; with a modifier, or a finger, they add up. */

/** @import {Selection} from "./types.js" */
/** @import {Host} from "./range-brush.js" */
/** @import {Press, Tool} from "./pointer-events.js" */

import { click, select } from "./category-selection.js";

/**
 * @param {Host} host
 * @returns {Tool}
 */
export function createPicker(host) {
  const { scene } = host;
  /** @type {{press: Press, cell: number, before: Selection | null, moved: boolean} | null} */
  let hand = null;

  /** @param {Press} press */
  const take = (press) => {
    const cell = host.plot().cellAt(press.x, press.y);
    if (cell < 0) return false;
    hand = { press, cell, before: scene.selection, moved: false };
    host.focus(cell, "from");
    return true;
  };

  /** @param {number} x @param {number} y */
  const drag = (x, y) => {
    const cell = host.plot().cellAt(x, y);
    if (!hand || cell < 0 || hand.press.touch || (cell === hand.cell && !hand.moved)) return;
    hand.moved = true;
    scene.busy = true;
    host.brush(select(hand.before, runBetween(host, hand.cell, cell), hand.press.add), "move");
  };

  const release = () => {
    if (!hand) return;
    const { press, cell, moved } = hand;
    hand = null;
    scene.busy = false;
    host.brush(moved ? scene.selection : click(scene.selection, cell, press.add || press.touch), "commit");
  };

  const cancel = () => {
    if (hand?.moved) host.brush(hand.before, "commit");
    hand = null;
    scene.busy = false;
  };

  return {
    press: take, drag, release, cancel,
    hover: (x, y) => host.point(host.plot().cellAt(x, y)),
    leave: () => host.point(-1),
    clear: () => host.brush(null, "commit"),
  };
}

/** Cells of the rows from one to another. @param {Host} host @param {number} a @param {number} b */
function runBetween(host, a, b) {
  const cells = host.plot().rows.map((row) => row.cell);
  const [i, j] = [cells.indexOf(a), cells.indexOf(b)];
  return cells.slice(Math.min(i, j), Math.max(i, j) + 1);
}
