/** Connects a chart renderer to mouse, touch, wheel and keys, and these to the callbacks. */

/** @import {ChartCallbacks, BrushPhase, Selection} from "./types.js" */
/** @import {BrushHost} from "./range-brush.js" */
/** @import {ChartRenderer} from "./chart-renderer.js" */

import { isCellSelected, sameSelection } from "./bins.js";
import { createKeyboardControls } from "./keyboard-controls.js";
import { createCategoryBrush } from "./category-brush.js";
import { listenToPointer } from "./pointer-events.js";
import { createRangeBrush } from "./range-brush.js";
import { listenToWheel } from "./wheel-zoom.js";
import { createZoomGesture } from "./zoom-gesture.js";

/**
 * @param {ChartRenderer} renderer
 * @param {ChartCallbacks} callbacks
 * @param {() => void} requestRedraw
 * @returns {() => void} removes the listeners
 */
export function connectInteractions(renderer, callbacks, requestRedraw) {
  const { scene, elements } = renderer;
  const { model: { id }, traits } = scene;
  const zoomGesture = createZoomGesture(scene, () => renderer.plot, () => { renderer.invalidateLayout(); requestRedraw(); }, (domains) => callbacks.onZoom(id, domains));

  /** @param {Selection | null} selection @param {BrushPhase} phase */
  const updateBrush = (selection, phase) => {
    const same = sameSelection(selection, scene.selection);
    if (same && (phase === "move" || !selection)) return;
    scene.selection = selection;
    scene.isReadoutHeld = phase === "commit" && selection !== null;
    renderer.invalidateMarks();
    if (phase === "commit") renderer.updateLabels();
    callbacks.onBrush(id, selection, phase);
    requestRedraw();
  };
  /** @param {number} cell */
  const updateHover = (cell) => {
    if (cell === scene.hoveredCell) return;
    scene.hoveredCell = cell;
    if (!isCellSelected(scene, cell)) scene.isReadoutHeld = false;
    renderer.invalidateMarks();
    requestRedraw();
  };
  /** @type {BrushHost} */
  const host = {
    scene, setSelection: updateBrush, setHoveredCell: updateHover, getPlot: () => renderer.plot, panBy: zoomGesture.panBy, settlePan: zoomGesture.settleZoom, resetZoom: zoomGesture.resetZoom,
    focus: (cell, end) => renderer.keyboardControls?.focus(cell, end),
  };
  const brushHandler = traits.brush === "category" ? createCategoryBrush(host) : createRangeBrush(host);
  const releases = [listenToPointer(elements.root, elements.surface, brushHandler), listenForEscape(renderer, brushHandler.cancel, () => updateBrush(null, "commit")), zoomGesture.stop];
  if (traits.isZoomable) releases.push(listenToWheel(elements, zoomGesture));
  if (traits.isList) releases.push(listenForScroll(renderer, requestRedraw));
  releases.push(installControls(renderer, host, zoomGesture));
  return () => releases.forEach((release) => release());
}

/** Builds the keyboard controls and keeps the focus where it was. @param {ChartRenderer} renderer @param {BrushHost} host
 * @param {import("./zoom-gesture.js").ZoomGesture} zoomGesture */
function installControls(renderer, host, zoomGesture) {
  const controls = createKeyboardControls(renderer.elements, host, zoomGesture);
  renderer.keyboardControls = controls;
  return () => {
    renderer.keyboardControls = null;
    controls.remove();
  };
}

/** Esc cancels a drag, or else clears the selection. @param {ChartRenderer} renderer @param {() => void} cancel @param {() => void} clear */
function listenForEscape({ elements: { root }, scene }, cancel, clear) {
  const stop = new AbortController();
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (scene.isDragging) cancel();
    else clear();
  }, { signal: stop.signal });
  return () => stop.abort();
}

/** @param {ChartRenderer} renderer @param {() => void} redraw */
function listenForScroll(renderer, redraw) {
  const { surface } = renderer.elements;
  const stop = new AbortController();
  surface.addEventListener("scroll", () => {
    renderer.scene.scroll = surface.scrollTop;
    renderer.invalidateBackground();
    redraw();
  }, { signal: stop.signal, passive: true });
  return () => stop.abort();
}
