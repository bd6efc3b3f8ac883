/** The focusable parts of a chart and what its keys do. */

/** @import {Plot, Scene, Selection} from "./types.js" */
/** @import {View} from "./chart-elements.js" */
/** @import {Option} from "./category-listbox.js" */
/** @import {Slider} from "./brush-sliders.js" */
/** @import {Host} from "./range-brush.js" */
/** @import {Zoomer} from "./zoom-gesture.js" */
/**
 * @typedef {{place(): void, size(): void, name(): void, focus(cell: number, end: "from" | "to"): void, remove(): void}} Controls
 * place: every frame; size: after a layout; name: when a hand rests
 */

import { selectionOf } from "./bins.js";
import { createOptions, focusOption, nameOptions, optionAfter, placeOptions } from "./category-listbox.js";
import { click } from "./category-selection.js";
import { createSliders, nameSliders, nudged, placeSliders, sizeSliders, stepsOf } from "./brush-sliders.js";

/**
 * @param {View} view
 * @param {Host} host
 * @param {Zoomer} zoomer
 * @returns {Controls}
 */
export function createControls(view, host, zoomer) {
  if (host.scene.model.kind === "bars") return listControls(view, host);
  return rangeControls(view, host, zoomer);
}

/** @param {View} view @param {Host} host @returns {Controls} */
function listControls({ controls }, host) {
  /** @type {Option[]} */
  let options = [];
  /** @param {Option} option @param {KeyboardEvent} event */
  const onKey = (option, event) => {
    const next = optionAfter(options, option, event.key);
    if (next) focusOption(options, next, true);
    else if (event.key === " " || event.key === "Enter") host.brush(click(host.scene.selection, option.cell, true), "commit");
    else return;
    event.preventDefault();
  };
  const build = () => {
    empty(controls);
    options = createOptions(controls, host.scene, host.plot());
    for (const option of options) {
      option.element.addEventListener("keydown", (event) => onKey(option, event));
      option.element.addEventListener("focus", () => host.point(option.cell));
      option.element.addEventListener("blur", () => host.point(-1));
    }
    nameOptions(options, host.scene);
  };
  return {
    place: () => undefined,
    size() {
      if (options.length !== host.plot().rows.length) build();
      placeOptions(options, host.plot(), controls);
    },
    name: () => nameOptions(options, host.scene),
    focus(cell) {
      const option = options.find((candidate) => candidate.cell === cell);
      if (option) focusOption(options, option, false);
    },
    remove: () => empty(controls),
  };
}

/** @param {View} view @param {Host} host @param {Zoomer} zoomer @returns {Controls} */
function rangeControls({ controls }, host, zoomer) {
  const { scene } = host;
  const sliders = host.plot().tracks.length ? createSliders(controls, scene) : [];
  let moving = false;
  const finish = () => {
    if (!moving) return;
    moving = scene.busy = false;
    host.brush(scene.selection, "commit");
  };
  /** @param {Slider} slider @param {KeyboardEvent} event */
  const onKey = (slider, event) => {
    const steps = stepsOf(event);
    if (!steps) return onZoomKey(event, host, zoomer);
    moving = scene.busy = true;
    host.brush(selectionOf(nudged(scene, host.plot(), slider, steps), keepsNulls(scene.selection)), "move");
    nameSliders(sliders, scene, host.plot());
    event.preventDefault();
  };
  for (const slider of sliders) {
    slider.element.addEventListener("keydown", (event) => onKey(slider, event));
    slider.element.addEventListener("keyup", finish);
    slider.element.addEventListener("blur", finish);
  }
  return {
    place: () => placeSliders(sliders, scene, host.plot()),
    size: () => sizeSliders(sliders, host.plot()),
    name: () => nameSliders(sliders, scene, host.plot()),
    focus: (_, end) => sliders.find((slider) => slider.end === end)?.element.focus({ preventScroll: true }),
    remove: () => empty(controls),
  };
}

/** @param {Selection | null} selection */
function keepsNulls(selection) {
  return selection?.type === "interval" && selection.from < selection.to && !!selection.nulls;
}

/** @param {KeyboardEvent} event @param {Host} host @param {Zoomer} zoomer */
function onZoomKey(event, host, zoomer) {
  const { left, right, top, bottom } = host.plot().frame;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") zoomer.zoom(1 / 1.5, (left + right) / 2, (top + bottom) / 2);
  else if (event.key === "-") zoomer.zoom(1.5, (left + right) / 2, (top + bottom) / 2);
  else if (event.key === "0") zoomer.reset();
  else return;
  event.preventDefault();
}

/** @param {HTMLElement} controls */
function empty(controls) {
  controls.replaceChildren();
  controls.removeAttribute("style");
  for (const name of ["role", "aria-multiselectable", "aria-label"]) controls.removeAttribute(name);
}
