/** The ends of a brush for keyboard and screen reader: two sliders an axis. */

/** @import {Bins, Plot, Scene, Span} from "./types.js" */
/** @typedef {{element: HTMLElement, axis: number, end: "from" | "to"}} Slider */

import { spansOf } from "./bins.js";
import { step, whole } from "./brush.js";
import { leading, limits, trailing } from "./code-scale.js";
import { child } from "./chart-elements.js";
import { boundTexts, cellsText } from "./labels.js";

/** @type {Record<string, number>} */
const STEPS = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity,
};

/**
 * @param {HTMLElement} parent
 * @param {Scene} scene
 * @returns {Slider[]}
 */
export function createSliders(parent, scene) {
  return scene.bins.flatMap((bins, axis) => [slider(parent, bins, axis, "from"), slider(parent, bins, axis, "to")]);
}

/** @param {HTMLElement} parent @param {Bins} bins @param {number} axis @param {"from" | "to"} end @returns {Slider} */
function slider(parent, bins, axis, end) {
  const element = child(parent, `dx-handle dx-handle-${axis ? "y" : "x"}`);
  element.setAttribute("role", "slider");
  element.tabIndex = 0;
  element.setAttribute("aria-label", `${bins.axis.label}, ${end === "from" ? "lower" : "upper"} bound of the selection`);
  if (axis) element.setAttribute("aria-orientation", "vertical");
  return { element, axis, end };
}

/** How many bins a key moves an end; 0 for other keys.
 * @param {KeyboardEvent} event */
export function stepsOf(event) {
  return (STEPS[event.key] ?? 0) * (event.shiftKey && event.key.startsWith("Arrow") ? 10 : 1);
}

/** The range of each axis, all of it where nothing is selected.
 * @param {Scene} scene @param {Plot} plot @returns {Span[]} */
function rangesOf(scene, plot) {
  const spans = spansOf(scene.selection);
  return plot.tracks.map((track, i) => spans[i] ?? whole(track));
}

/**
 * The ranges after one end has moved by some bins.
 * @param {Scene} scene
 * @param {Plot} plot
 * @param {Slider} slider
 * @param {number} steps
 * @returns {Span[]}
 */
export function nudged(scene, plot, { axis, end }, steps) {
  const [low, high] = limits(plot.tracks[axis]);
  const stops = stopsOf(scene.bins[axis], plot.tracks.length > 1).filter((stop) => stop >= low && stop <= high);
  return rangesOf(scene, plot).map((span, i) => (i === axis ? step(span, end, stops, steps) : span));
}

/** Boundaries of bins, in fine codes (1-D) or cells (2-D), overflow included. @param {Bins} bins @param {boolean} cells */
function stopsOf(bins, cells) {
  if (cells) return Array.from({ length: bins.count + 1 }, (_, i) => i + bins.first);
  return [0, ...bins.starts, bins.starts[bins.count] + 1];
}

/**
 * Puts the sliders where the ends are. Cheap: a transform each.
 * @param {Slider[]} sliders
 * @param {Scene} scene
 * @param {Plot} plot
 */
export function placeSliders(sliders, scene, plot) {
  const ranges = rangesOf(scene, plot);
  const { frame } = plot;
  for (const { element, axis, end } of sliders) {
    const track = plot.tracks[axis];
    const at = Math.round(end === "from" ? leading(track, ranges[axis].from) : trailing(track, ranges[axis].to));
    element.style.transform = axis ? `translate(${frame.left}px, ${at}px)` : `translate(${at}px, ${frame.top}px)`;
  }
}

/**
 * @param {Slider[]} sliders
 * @param {Plot} plot
 */
export function sizeSliders(sliders, { frame }) {
  for (const { element, axis } of sliders) {
    const length = axis ? frame.right - frame.left : frame.bottom - frame.top;
    element.style[axis ? "width" : "height"] = `${Math.max(0, length)}px`;
  }
}

/**
 * Says where the ends are.
 * @param {Slider[]} sliders
 * @param {Scene} scene
 * @param {Plot} plot
 */
export function nameSliders(sliders, scene, plot) {
  const ranges = rangesOf(scene, plot);
  for (const { element, axis, end } of sliders) {
    const [low, high] = limits(plot.tracks[axis]);
    element.setAttribute("aria-valuemin", `${low}`);
    element.setAttribute("aria-valuemax", `${high}`);
    element.setAttribute("aria-valuenow", `${ranges[axis][end]}`);
    element.setAttribute("aria-valuetext", valueText(scene, plot, axis, end, ranges[axis]));
  }
}

/** @param {Scene} scene @param {Plot} plot @param {number} axis @param {"from" | "to"} end @param {Span} span */
function valueText(scene, plot, axis, end, span) {
  const bins = scene.bins[axis];
  const [low, high] = limits(plot.tracks[axis]);
  if (end === "from" ? span.from <= low : span.to >= high) return end === "from" ? "lowest" : "highest";
  if (plot.tracks.length < 2) return boundTexts(bins.axis, span.from, span.to)[end === "from" ? 0 : 1];
  const degrees = scene.model.outlines ? (axis ? "y" : "x") : null;
  return cellsText(bins, end === "from" ? { from: span.from, to: span.from + 1 } : { from: span.to - 1, to: span.to }, degrees);
}
