/** The focusable parts of a chart and what its keys do. */

/** @import {Plot, Scene, Selection} from "./types.js" */
/** @import {ChartElements} from "./chart-elements.js" */
/** @import {ListboxOption} from "./category-listbox.js" */
/** @import {BrushSlider} from "./brush-sliders.js" */
/** @import {BrushHost} from "./range-brush.js" */
/** @import {ZoomGesture} from "./zoom-gesture.js" */
/**
 * @typedef {{updatePositions(): void, updateSizes(): void, updateLabels(): void, focus(cell: number, end: "from" | "to"): void, remove(): void}} KeyboardControls
 * updatePositions: in every frame; updateSizes: after a layout; updateLabels: when interaction pauses
 */

import { selectionFromRanges } from "./bins.js";
import { createOptions, focusOption, labelOptions, findNextOption, positionOptions } from "./category-listbox.js";
import { toggleCategory } from "./category-selection.js";
import { createSliders, labelSliders, moveSliderEnd, positionSliders, sizeSliders, stepsFromKey } from "./brush-sliders.js";

/**
 * @param {ChartElements} elements
 * @param {BrushHost} host
 * @param {ZoomGesture} zoomGesture
 * @returns {KeyboardControls}
 */
export function createKeyboardControls(elements, host, zoomGesture) {
  if (host.scene.traits.brush === "category") return createListControls(elements, host);
  return createRangeControls(elements, host, zoomGesture);
}

/** @param {ChartElements} elements @param {BrushHost} host @returns {KeyboardControls} */
function createListControls({ controls }, host) {
  /** @type {ListboxOption[]} */
  let options = [];
  /** @param {ListboxOption} option @param {KeyboardEvent} event */
  const handleKey = (option, event) => {
    const next = findNextOption(options, option, event.key);
    if (next) focusOption(options, next, true);
    else if (event.key === " " || event.key === "Enter") host.setSelection(toggleCategory(host.scene.selection, option.cell, true), "commit");
    else return;
    event.preventDefault();
  };
  const rebuildOptions = () => {
    const focused = options.find(({ element }) => element === document.activeElement)?.cell;
    clearControls(controls);
    options = createOptions(controls, host.scene, host.getPlot());
    for (const option of options) {
      option.element.addEventListener("keydown", (event) => handleKey(option, event));
      option.element.addEventListener("focus", () => host.setHoveredCell(option.cell));
      option.element.addEventListener("blur", () => host.setHoveredCell(-1));
    }
    labelOptions(options, host.scene);
    const kept = options.find(({ cell }) => cell === focused);
    if (kept) focusOption(options, kept, false);
  };
  const isOutdated = () => {
    const { rows } = host.getPlot();
    return options.length !== rows.length || options.some(({ cell }, place) => cell !== rows[place].cell);
  };
  return {
    updatePositions: () => undefined,
    updateSizes() {
      if (isOutdated()) rebuildOptions();
      positionOptions(options, host.getPlot(), controls);
    },
    updateLabels: () => labelOptions(options, host.scene),
    focus(cell) {
      const option = options.find((candidate) => candidate.cell === cell);
      if (option) focusOption(options, option, false);
    },
    remove: () => clearControls(controls),
  };
}

/** @param {ChartElements} elements @param {BrushHost} host @param {ZoomGesture} zoomGesture @returns {KeyboardControls} */
function createRangeControls({ controls }, host, zoomGesture) {
  const { scene } = host;
  const sliders = host.getPlot().codeScales.length ? createSliders(controls, scene) : [];
  let moving = false;
  const commitMove = () => {
    if (!moving) return;
    moving = scene.isDragging = false;
    host.setSelection(scene.selection, "commit");
  };
  /** @param {BrushSlider} slider @param {KeyboardEvent} event */
  const handleKey = (slider, event) => {
    const steps = stepsFromKey(event);
    if (!steps) return handleZoomKey(event, host, zoomGesture);
    moving = scene.isDragging = true;
    host.setSelection(selectionFromRanges(moveSliderEnd(scene, host.getPlot(), slider, steps), includesNulls(scene.selection)), "move");
    labelSliders(sliders, scene, host.getPlot());
    event.preventDefault();
  };
  for (const slider of sliders) {
    slider.element.addEventListener("keydown", (event) => handleKey(slider, event));
    slider.element.addEventListener("keyup", commitMove);
    slider.element.addEventListener("blur", commitMove);
  }
  return {
    updatePositions: () => positionSliders(sliders, scene, host.getPlot()),
    updateSizes: () => sizeSliders(sliders, host.getPlot()),
    updateLabels: () => labelSliders(sliders, scene, host.getPlot()),
    focus: (_, end) => sliders.find((slider) => slider.end === end)?.element.focus({ preventScroll: true }),
    remove: () => clearControls(controls),
  };
}

/** @param {Selection | null} selection */
function includesNulls(selection) {
  return selection?.type === "interval" && selection.from < selection.to && !!selection.nulls;
}

/** @param {KeyboardEvent} event @param {BrushHost} host @param {ZoomGesture} zoomGesture */
function handleZoomKey(event, host, zoomGesture) {
  const { left, right, top, bottom } = host.getPlot().frame;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") zoomGesture.zoomAt(1 / 1.5, (left + right) / 2, (top + bottom) / 2);
  else if (event.key === "-") zoomGesture.zoomAt(1.5, (left + right) / 2, (top + bottom) / 2);
  else if (event.key === "0") zoomGesture.resetZoom();
  else return;
  event.preventDefault();
}

/** @param {HTMLElement} controls */
function clearControls(controls) {
  controls.replaceChildren();
  controls.removeAttribute("style");
  for (const name of ["role", "aria-multiselectable", "aria-label"]) controls.removeAttribute(name);
}
