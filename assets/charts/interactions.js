/** Connects a stage to mouse, finger, wheel and keys, and these to the callbacks. */

/** @import {Callbacks, Phase, Selection} from "./types.js" */
/** @import {Host} from "./range-brush.js" */
/** @import {Stage} from "./chart-renderer.js" */

import { sameSelection } from "./bins.js";
import { createControls } from "./keyboard-controls.js";
import { createPicker } from "./category-brush.js";
import { listen } from "./pointer-events.js";
import { createRanger } from "./range-brush.js";
import { listenToWheel } from "./wheel-zoom.js";
import { createZoomer } from "./zoom-gesture.js";

/**
 * @param {Stage} stage
 * @param {Callbacks} callbacks
 * @param {() => void} redraw
 * @returns {() => void} lets go
 */
export function connect(stage, callbacks, redraw) {
  const { scene, view } = stage;
  const { id, kind } = scene.model;
  const zoomer = createZoomer(scene, () => stage.plot, () => { stage.relayout(); redraw(); }, (domains) => callbacks.onZoom(id, domains));

  /** @param {Selection | null} selection @param {Phase} phase */
  const brush = (selection, phase) => {
    const same = sameSelection(selection, scene.selection);
    if (same && (phase === "move" || !selection)) return;
    scene.selection = selection;
    stage.mark();
    if (phase === "commit") stage.name();
    callbacks.onBrush(id, selection, phase);
    redraw();
  };
  /** @param {number} cell */
  const point = (cell) => {
    if (cell === scene.hover) return;
    scene.hover = cell;
    stage.mark();
    redraw();
  };
  /** @type {Host} */
  const host = {
    scene, brush, point, plot: () => stage.plot, pan: zoomer.pan, settlePan: zoomer.settle, reset: zoomer.reset,
    focus: (cell, end) => stage.controls?.focus(cell, end),
  };
  const tool = kind === "bars" ? createPicker(host) : createRanger(host);
  const releases = [listen(view.root, view.surface, tool), onEscape(stage, tool.cancel, () => brush(null, "commit")), zoomer.stop];
  if (kind !== "bars" && kind !== "figure") releases.push(listenToWheel(view, zoomer));
  if (kind === "bars") releases.push(onScroll(stage, redraw));
  releases.push(replaceControls(stage, host, zoomer));
  return () => releases.forEach((release) => release());
}

/** Builds the focusable parts and keeps the focus where it was. @param {Stage} stage @param {Host} host
 * @param {import("./zoom-gesture.js").Zoomer} zoomer */
function replaceControls(stage, host, zoomer) {
  const controls = createControls(stage.view, host, zoomer);
  stage.controls = controls;
  return () => {
    stage.controls = null;
    controls.remove();
  };
}

/** In the middle of a drag Esc takes it back, otherwise it clears. @param {Stage} stage @param {() => void} cancel @param {() => void} clear */
function onEscape({ view: { root }, scene }, cancel, clear) {
  const stop = new AbortController();
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (scene.busy) cancel();
    else clear();
  }, { signal: stop.signal });
  return () => stop.abort();
}

/** @param {Stage} stage @param {() => void} redraw */
function onScroll(stage, redraw) {
  const { surface } = stage.view;
  const stop = new AbortController();
  surface.addEventListener("scroll", () => {
    stage.scene.scroll = surface.scrollTop;
    stage.repaint();
    redraw();
  }, { signal: stop.signal, passive: true });
  return () => stop.abort();
}
