/** Pointer selection of ranges: makes, moves and resizes a brush; a click selects one bin. */

/** @import {Plot, Scene, Selection, IndexRange} from "./types.js" */
/** @import {DragMode} from "./brush.js" */
/** @import {PointerPress, PointerHandler} from "./pointer-events.js" */
/**
 * @typedef {{scene: Scene, getPlot(): Plot, setSelection(selection: Selection | null, phase: "move" | "commit"): void,
 *   panBy(pixels: number): void, settlePan(): void, setHoveredCell(cell: number): void, resetZoom(): void, focus(cell: number, end: "from" | "to"): void}} BrushHost
 * what pointer and keyboard handlers may do with a chart
 * @typedef {{press: PointerPress, modes: DragMode[], ranges: (IndexRange | null)[], anchors: number[], before: Selection | null, moved: boolean,
 *   isAxis: boolean, lastX: number}} DragState
 * what was pressed: the boundaries there, the selection before, whether it is the axis, and the last pointer position
 */

import { intervalFromCell, sameSelection, selectionFromRanges, rangesFromSelection } from "./bins.js";
import { findDragModes, dragRange } from "./brush.js";
import { pixelToBoundary, getBoundaryLimits } from "./code-scale.js";

const HANDLE_TOLERANCE = { mouse: 12, touch: 24 };
const DRAG_THRESHOLD = { mouse: 3, touch: 8 };

/**
 * @param {BrushHost} host
 * @returns {PointerHandler}
 */
export function createRangeBrush(host) {
  const { scene } = host;
  /** @type {DragState | null} */
  let dragState = null;

  /** @param {number} x @param {number} y */
  const getBoundaries = (x, y) => host.getPlot().codeScales.map((codeScale, i) => pixelToBoundary(codeScale, i ? y : x));

  /** @param {PointerPress} press */
  const startPress = (press) => {
    const { codeScales, frame } = host.getPlot();
    if (!codeScales.length) return false;
    const ranges = rangesFromSelection(scene.selection);
    const modes = findDragModes(codeScales, ranges, [press.x, press.y], HANDLE_TOLERANCE[press.touch ? "touch" : "mouse"]);
    const anchors = getBoundaries(press.x, press.y);
    dragState = { press, modes, ranges, anchors, before: scene.selection, moved: false, isAxis: press.y > frame.bottom, lastX: press.x };
    host.focus(-1, modes[0] === "to" ? "to" : "from");
    return true;
  };

  /** @param {number} x @param {number} y */
  const dragTo = (x, y) => {
    if (!dragState) return;
    const { press } = dragState;
    const slack = DRAG_THRESHOLD[press.touch ? "touch" : "mouse"];
    if (!dragState.moved && Math.hypot(x - press.x, y - press.y) < slack) return;
    dragState.moved = true;
    scene.isDragging = true;
    if (dragState.isAxis) {
      host.panBy(x - dragState.lastX);
      dragState.lastX = x;
    } else host.setSelection(getDraggedSelection(dragState, getBoundaries(x, y)), "move");
  };

  /** @param {DragState} state @param {number[]} now */
  const getDraggedSelection = (state, now) => {
    const { codeScales } = host.getPlot();
    const ranges = codeScales.map((codeScale, i) => dragRange(state.modes[i], state.ranges[i] ?? { from: 0, to: 0 }, state.anchors[i], now[i], getBoundaryLimits(codeScale)));
    const nulls = state.before?.type === "interval" && state.modes[0] !== "make" && !!state.before.nulls;
    return selectionFromRanges(ranges, nulls);
  };

  const endPress = () => {
    if (!dragState) return;
    const held = dragState;
    dragState = null;
    scene.isDragging = false;
    if (!held.moved) handleClick(host, held.press, held.modes);
    else if (held.isAxis) host.settlePan();
    else host.setSelection(scene.selection, "commit");
  };

  const cancelPress = () => {
    if (!dragState) return;
    const { before, moved, isAxis: axis } = dragState;
    dragState = null;
    scene.isDragging = false;
    if (moved && !axis) host.setSelection(before, "commit");
  };

  return {
    press: startPress, drag: dragTo, release: endPress, cancel: cancelPress,
    hover: (x, y) => host.setHoveredCell(host.getPlot().findCellAt(x, y)),
    leave: () => host.setHoveredCell(-1),
    clear: (x, y) => (y > host.getPlot().frame.bottom && x > 0 ? host.resetZoom() : host.setSelection(null, "commit")),
  };
}

/** @param {BrushHost} host @param {PointerPress} press @param {DragMode[]} modes */
function handleClick(host, press, modes) {
  const { scene } = host;
  const cell = host.getPlot().findCellAt(press.x, press.y);
  if (cell < 0) return;
  const selection = selectionFromCell(scene, cell, press.add);
  if (sameSelection(selection, scene.selection)) host.setSelection(null, "commit");
  else if (!modes.some((mode) => mode === "from" || mode === "to")) host.setSelection(selection, "commit");
}

/** @param {Scene} scene @param {number} cell @param {boolean} add @returns {Selection} */
function selectionFromCell({ bins: [x, y], selection }, cell, add) {
  if (y) return boxFromCell(cell % x.axis.bins, Math.floor(cell / x.axis.bins));
  if (add && cell === x.none && selection?.type === "interval" && selection.from < selection.to)
    return selectionFromRanges([selection], !selection.nulls);
  return intervalFromCell(x, cell);
}

/** @param {number} column @param {number} row @returns {Selection} */
function boxFromCell(column, row) {
  return { type: "box", x: { from: column, to: column + 1 }, y: { from: row, to: row + 1 } };
}
