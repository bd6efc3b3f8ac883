/** Bars or steps over an ordered axis: histograms and time series. */

/** @import {Domain, PlotFrame, Plot, Scene, CodeScale} from "./types.js" */
/** @import {OverflowBins} from "./overflow-bins.js" */

import { measureLeftAxis } from "./axes.js";
import { layoutBars } from "./histogram-bars.js";
import { drawHistogramBackground, createValueTicks, paintWithinAxis } from "./histogram-background.js";
import { createHatchPattern } from "./canvas-primitives.js";
import { drawHistogramForeground } from "./histogram-foreground.js";
import { layoutOverflowBins } from "./overflow-bins.js";
import { pixelToCode, edgesToFractions } from "./code-scale.js";
import { getDrawnDomain, scaleGhost } from "./value-scaling.js";

const TOP = 26;

/**
 * @param {Scene} scene
 * @returns {Plot}
 */
export function createHistogramPlot(scene) {
  const { theme, ratio, bins: [bins] } = scene;
  const values = getDrawnDomain(scene);
  const ghost = scaleGhost(scene, values);
  const frame = layoutFrame(scene, values);
  const [fine, coarse] = /** @type {Float64Array[]} */ ([bins.axis.edges, bins.edges]);
  const domain = scene.zoomDomains[0] ?? [coarse[0], coarse[coarse.length - 1]];
  const overflowBins = layoutOverflowBins(scene, frame);
  const codeScale = createCodeScale(fine, domain, bins.axis.type, overflowBins);
  const bars = layoutBars(scene, createCodeScale(coarse, domain, bins.axis.type, overflowBins), frame, values);
  const hatches = { selected: createHatchPattern(theme.selected, ratio), context: createHatchPattern(theme.context, ratio) };
  const parts = { bars, codeScale, values, hatches };
  return {
    frame, codeScales: [codeScale], rows: [],
    background: (context) => drawHistogramBackground(context, scene, { frame, domain, values, ghost, overflowBins, bars }),
    foreground: (context) => paintWithinAxis(context, scene, frame, overflowBins, () => drawHistogramForeground(context, scene, parts)),
    findCellAt: (x, y) => findCellAt(scene, codeScale, frame, x, y),
  };
}

/** @param {Scene} scene @param {Domain} values @returns {PlotFrame} */
function layoutFrame(scene, values) {
  const calendar = scene.bins[0].axis.type === "time";
  const bottom = Math.max(TOP + 20, scene.height - (calendar ? 34 : 22));
  const left = measureLeftAxis(createValueTicks(scene, values, bottom - TOP), scene.theme.font);
  return { left, top: TOP, right: Math.max(left + 20, scene.width - 8), bottom };
}

/** @param {Float64Array} edges @param {Domain} domain @param {string} type @param {OverflowBins} overflowBins @returns {CodeScale} */
function createCodeScale(edges, domain, type, { below, above, none, axisRange }) {
  return { start: axisRange.start, size: axisRange.end - axisRange.start, fractions: edgesToFractions(edges, domain, type), below, above, none };
}

/** @param {Scene} scene @param {CodeScale} codeScale @param {PlotFrame} frame @param {number} x @param {number} y */
function findCellAt(scene, codeScale, frame, x, y) {
  const code = y < frame.top || y > frame.bottom ? -1 : pixelToCode(codeScale, x);
  return code < 0 ? -1 : scene.bins[0].axis.lookup[code];
}
