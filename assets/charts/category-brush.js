/** Pointer selection in a list of categories: a click selects one, a drag several; a modifier key or touch adds to the selection. */

/** @import {Selection} from "./types.js" */
/** @import {BrushHost} from "./range-brush.js" */
/** @import {PointerPress, PointerHandler} from "./pointer-events.js" */

import { toggleCategory, selectCategories } from "./category-selection.js";

/**
 * @param {BrushHost} host
 * @returns {PointerHandler}
 */
export function createCategoryBrush(host) {
  const { scene } = host;
  /** @type {{press: PointerPress, cell: number, before: Selection | null, moved: boolean} | null} */
  let dragState = null;

  /** @param {PointerPress} press */
  const startPress = (press) => {
    const cell = host.getPlot().findCellAt(press.x, press.y);
    if (cell < 0) return false;
    dragState = { press, cell, before: scene.selection, moved: false };
    host.focus(cell, "from");
    return true;
  };

  /** @param {number} x @param {number} y */
  const dragTo = (x, y) => {
    const cell = host.getPlot().findCellAt(x, y);
    if (!dragState || cell < 0 || dragState.press.touch || (cell === dragState.cell && !dragState.moved)) return;
    dragState.moved = true;
    scene.isDragging = true;
    host.setSelection(selectCategories(dragState.before, getCellsBetween(host, dragState.cell, cell), dragState.press.add), "move");
  };

  const endPress = () => {
    if (!dragState) return;
    const { press, cell, moved } = dragState;
    dragState = null;
    scene.isDragging = false;
    host.setSelection(moved ? scene.selection : toggleCategory(scene.selection, cell, press.add || press.touch), "commit");
  };

  const cancelPress = () => {
    if (dragState?.moved) host.setSelection(dragState.before, "commit");
    dragState = null;
    scene.isDragging = false;
  };

  return {
    press: startPress, drag: dragTo, release: endPress, cancel: cancelPress,
    hover: (x, y) => host.setHoveredCell(host.getPlot().findCellAt(x, y)),
    leave: () => host.setHoveredCell(-1),
    clear: () => host.setSelection(null, "commit"),
  };
}

/** The cells of the rows between two rows. @param {BrushHost} host @param {number} a @param {number} b */
function getCellsBetween(host, a, b) {
  const cells = host.getPlot().rows.map((row) => row.cell);
  const [i, j] = [cells.indexOf(a), cells.indexOf(b)];
  return cells.slice(Math.min(i, j), Math.max(i, j) + 1);
}
