/** Bars or steps over an ordered axis: histograms and time series. */

/** @import {Domain, Frame, Plot, Scene, Track} from "./types.js" */
/** @import {Slots} from "./overflow-bins.js" */

import { leftRoom } from "./axes.js";
import { columnsOf } from "./histogram-bars.js";
import { drawGround, valueTicks, withinLine } from "./histogram-background.js";
import { hatch } from "./canvas-primitives.js";
import { drawSelected } from "./histogram-foreground.js";
import { slotsOf } from "./overflow-bins.js";
import { codeAt, fractionsOf } from "./code-scale.js";
import { extentOfBins, union, valueDomain } from "./value-domain.js";

const TOP = 26;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function histogram(scene) {
  const { theme, ratio, bins: [bins] } = scene;
  const values = valueDomain(scene.model.measure, union(extentOfBins(bins, scene.ghost), scene.fitted));
  const frame = frameOf(scene, values);
  const [fine, coarse] = /** @type {Float64Array[]} */ ([bins.axis.edges, bins.edges]);
  const domain = scene.domains[0] ?? [coarse[0], coarse[coarse.length - 1]];
  const slots = slotsOf(scene, frame);
  const track = trackOf(fine, domain, bins.axis.type, slots);
  const columns = columnsOf(scene, trackOf(coarse, domain, bins.axis.type, slots), frame, values);
  const hatches = { selected: hatch(theme.selected, ratio), context: hatch(theme.context, ratio) };
  const parts = { columns, track, values, hatches };
  return {
    frame, tracks: [track], rows: [],
    background: (context) => drawGround(context, scene, { frame, domain, values, slots, columns }),
    foreground: (context) => withinLine(context, scene, frame, slots, () => drawSelected(context, scene, parts)),
    cellAt: (x, y) => cellAt(scene, track, frame, x, y),
  };
}

/** @param {Scene} scene @param {Domain} values @returns {Frame} */
function frameOf(scene, values) {
  const calendar = scene.bins[0].axis.type === "time";
  const bottom = Math.max(TOP + 20, scene.height - (calendar ? 34 : 22));
  const left = leftRoom(valueTicks(scene, values, bottom - TOP), scene.theme.font);
  return { left, top: TOP, right: Math.max(left + 20, scene.width - 8), bottom };
}

/** @param {Float64Array} edges @param {Domain} domain @param {string} type @param {Slots} slots @returns {Track} */
function trackOf(edges, domain, type, { below, above, none, line }) {
  return { start: line.start, size: line.end - line.start, fractions: fractionsOf(edges, domain, type), below, above, none };
}

/** @param {Scene} scene @param {Track} track @param {Frame} frame @param {number} x @param {number} y */
function cellAt(scene, track, frame, x, y) {
  const code = y < frame.top || y > frame.bottom ? -1 : codeAt(track, x);
  return code < 0 ? -1 : scene.bins[0].axis.lookup[code];
}
