/** The ends of a brush for keyboard and screen reader: two sliders per axis. */

/** @import {AxisBins, Plot, Scene, IndexRange} from "./types.js" */
/** @typedef {{element: HTMLElement, axis: number, end: "from" | "to"}} BrushSlider */

import { rangesFromSelection } from "./bins.js";
import { moveRangeEnd, getFullRange } from "./brush.js";
import { rangeStartToPixel, getBoundaryLimits, rangeEndToPixel } from "./code-scale.js";
import { appendElement } from "./chart-elements.js";
import { formatBounds, formatCellRange } from "./labels.js";

/** @type {Record<string, number>} */
const KEY_STEPS = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity,
};

/**
 * @param {HTMLElement} parent
 * @param {Scene} scene
 * @returns {BrushSlider[]}
 */
export function createSliders(parent, scene) {
  return scene.bins.flatMap((bins, axis) => [createSlider(parent, bins, axis, "from"), createSlider(parent, bins, axis, "to")]);
}

/** @param {HTMLElement} parent @param {AxisBins} bins @param {number} axis @param {"from" | "to"} end @returns {BrushSlider} */
function createSlider(parent, bins, axis, end) {
  const element = appendElement(parent, `dx-handle dx-handle-${axis ? "y" : "x"}`);
  element.setAttribute("role", "slider");
  element.tabIndex = 0;
  element.setAttribute("aria-label", `${bins.axis.label}, ${end === "from" ? "lower" : "upper"} bound of the selection`);
  if (axis) element.setAttribute("aria-orientation", "vertical");
  return { element, axis, end };
}

/** How many bins a key moves an end of the brush; 0 for other keys.
 * @param {KeyboardEvent} event */
export function stepsFromKey(event) {
  return (KEY_STEPS[event.key] ?? 0) * (event.shiftKey && event.key.startsWith("Arrow") ? 10 : 1);
}

/** The selected range of each axis; the whole axis where nothing is selected.
 * @param {Scene} scene @param {Plot} plot @returns {IndexRange[]} */
function getRanges(scene, plot) {
  const ranges = rangesFromSelection(scene.selection);
  return plot.codeScales.map((codeScale, i) => ranges[i] ?? getFullRange(codeScale));
}

/**
 * The ranges after moving one end by some bins.
 * @param {Scene} scene
 * @param {Plot} plot
 * @param {BrushSlider} slider
 * @param {number} steps
 * @returns {IndexRange[]}
 */
export function moveSliderEnd(scene, plot, { axis, end }, steps) {
  const [low, high] = getBoundaryLimits(plot.codeScales[axis]);
  const stops = getStops(scene.bins[axis], plot.codeScales.length > 1).filter((stop) => stop >= low && stop <= high);
  return getRanges(scene, plot).map((range, i) => (i === axis ? moveRangeEnd(range, end, stops, steps) : range));
}

/** Boundaries of bins, in fine codes (1-D) or cells (2-D), overflow included. @param {AxisBins} bins @param {boolean} cells */
function getStops(bins, cells) {
  if (cells) return Array.from({ length: bins.count + 1 }, (_, i) => i + bins.first);
  return [0, ...bins.starts, bins.starts[bins.count] + 1];
}

/**
 * Positions the sliders at the ends of the brush. Cheap: one transform each.
 * @param {BrushSlider[]} sliders
 * @param {Scene} scene
 * @param {Plot} plot
 */
export function positionSliders(sliders, scene, plot) {
  const ranges = getRanges(scene, plot);
  const { frame } = plot;
  for (const { element, axis, end } of sliders) {
    const codeScale = plot.codeScales[axis];
    const at = Math.round(end === "from" ? rangeStartToPixel(codeScale, ranges[axis].from) : rangeEndToPixel(codeScale, ranges[axis].to));
    element.style.transform = axis ? `translate(${frame.left}px, ${at}px)` : `translate(${at}px, ${frame.top}px)`;
  }
}

/**
 * @param {BrushSlider[]} sliders
 * @param {Plot} plot
 */
export function sizeSliders(sliders, { frame }) {
  for (const { element, axis } of sliders) {
    const length = axis ? frame.right - frame.left : frame.bottom - frame.top;
    element.style[axis ? "width" : "height"] = `${Math.max(0, length)}px`;
  }
}

/**
 * Labels the sliders with the values of their ends.
 * @param {BrushSlider[]} sliders
 * @param {Scene} scene
 * @param {Plot} plot
 */
export function labelSliders(sliders, scene, plot) {
  const ranges = getRanges(scene, plot);
  for (const { element, axis, end } of sliders) {
    const [low, high] = getBoundaryLimits(plot.codeScales[axis]);
    element.setAttribute("aria-valuemin", `${low}`);
    element.setAttribute("aria-valuemax", `${high}`);
    element.setAttribute("aria-valuenow", `${ranges[axis][end]}`);
    element.setAttribute("aria-valuetext", formatSliderValue(scene, plot, axis, end, ranges[axis]));
  }
}

/** @param {Scene} scene @param {Plot} plot @param {number} axis @param {"from" | "to"} end @param {IndexRange} range */
function formatSliderValue(scene, plot, axis, end, range) {
  const bins = scene.bins[axis];
  const [low, high] = getBoundaryLimits(plot.codeScales[axis]);
  if (end === "from" ? range.from <= low : range.to >= high) return end === "from" ? "lowest" : "highest";
  if (plot.codeScales.length < 2) return formatBounds(bins.axis, range.from, range.to)[end === "from" ? 0 : 1];
  const degrees = scene.model.outlines ? (axis ? "y" : "x") : null;
  return formatCellRange(bins, end === "from" ? { from: range.from, to: range.from + 1 } : { from: range.to - 1, to: range.to }, degrees);
}
