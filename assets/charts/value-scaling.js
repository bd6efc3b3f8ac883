/** What the bars are scaled to: all rows, the selected rows, or the share of each bin that is selected. */

/** @import {AxisBins, Domain, Scene, ValueAxis} from "./types.js" */

import { isAdditive } from "./aggregates.js";
import { formatShare } from "./format.js";
import { findExceedingDomain, getBinsExtent, getExtent, getValueDomain, unionDomains } from "./value-domain.js";

/** How much higher than the highest bar an axis grows while a brush moves, so that it doesn't grow in every frame. */
const HEADROOM = 1.25;

/** The scale of a chart. Only amounts that are nowhere negative have a share. @param {Scene} scene @returns {ValueAxis} */
export function getScaling({ model, ghost, bins }) {
  if (!bins.length) return "all";
  if (model.valueAxis !== "share") return model.valueAxis;
  return isAdditive(model.measure) && !hasNegative(ghost) ? "share" : "all";
}

/** @param {Float64Array | null} cells */
function hasNegative(cells) {
  if (cells) for (let cell = 0; cell < cells.length; cell++) if (cells[cell] < 0) return true;
  return false;
}

/**
 * The share of each cell in percent, NaN where the cell has no rows at all.
 * @param {Float64Array} values
 * @param {Float64Array} ghost
 * @param {Float64Array} out overwritten
 */
export function computeShares(values, ghost, out) {
  for (let cell = 0; cell < out.length; cell++) out[cell] = ghost[cell] > 0 ? (100 * values[cell]) / ghost[cell] : NaN;
  return out;
}

/** @param {number} percent */
export function formatPercent(percent) {
  return formatShare(percent, 100);
}

/** The range of what a chart shows: of its ordinary bins, or of all cells of a density. @param {Scene} scene @param {Float64Array} cells */
function getShownExtent({ bins }, cells) {
  return bins.length === 1 ? getBinsExtent(bins[0], cells) : getExtent(cells, 0, cells.length);
}

/** The domain that the shown values need at rest; null while it is that of all rows. @param {Scene} scene @returns {Domain | null} */
export function fitShownDomain(scene) {
  const { shown, ghost, scaling, bins } = scene;
  if (!shown || !ghost || !bins.length) return null;
  if (scaling !== "all") return getShownExtent(scene, shown);
  return bins.length === 1 ? findExceedingDomain(bins[0], shown, ghost) : null;
}

/** Whether an ordinary bin is outside of a domain; allocates nothing. @param {AxisBins[]} bins @param {Float64Array} cells @param {Domain} domain */
function exceedsDomain(bins, cells, domain) {
  const from = bins.length === 1 ? bins[0].first : 0;
  const to = bins.length === 1 ? from + bins[0].count : cells.length;
  for (let cell = from; cell < to; cell++) if (cells[cell] > domain[1] || cells[cell] < domain[0]) return true;
  return false;
}

/**
 * Widens a fitted axis at once when a bin outgrows it, with room for the next frames. It shrinks at rest only.
 * @param {Scene} scene
 * @returns {boolean} whether it has grown
 */
export function growShownDomain(scene) {
  const { shown, scaling, fittedDomain, bins } = scene;
  if (scaling === "all" || !shown || (fittedDomain && !exceedsDomain(bins, shown, fittedDomain))) return false;
  const range = getShownExtent(scene, shown);
  if (!range) return false;
  scene.fittedDomain = fittedDomain ? unionDomains(fittedDomain, addHeadroom(scene, range)) : range;
  return true;
}

/** @param {Scene} scene @param {Domain} range @returns {Domain} */
function addHeadroom({ model, scaling }, [low, high]) {
  const room = (HEADROOM - 1) * (high - low);
  if (!isAdditive(model.measure)) return [low - room, high + room];
  const top = Math.max(0, high) * HEADROOM;
  return [Math.min(0, low) * HEADROOM, scaling === "share" ? Math.min(100, top) : top];
}

/** The domain of the value axis of a chart with one axis. @param {Scene} scene @returns {Domain} */
export function getDrawnDomain({ model, bins: [bins], ghost, scaling, fittedDomain }) {
  const all = scaling === "share" ? /** @type {Domain} */ ([0, 100]) : getBinsExtent(bins, ghost);
  return getValueDomain(model.measure, scaling === "all" ? unionDomains(all, fittedDomain) : (fittedDomain ?? all));
}

/**
 * The unfiltered values as they are drawn: amounts beside a fitted axis are shrunk to its height, so that their shape can
 * be compared with that of the selection; beside shares there are none.
 * @param {Scene} scene
 * @param {Domain} domain of the value axis
 * @returns {Float64Array | null}
 */
export function scaleGhost({ model, bins: [bins], ghost, scaling }, domain) {
  if (!ghost || scaling === "all" || !isAdditive(model.measure)) return ghost;
  if (scaling === "share") return null;
  const [low, high] = getValueDomain(model.measure, getBinsExtent(bins, ghost));
  const factor = Math.min(high > 0 ? domain[1] / high : Infinity, low < 0 ? domain[0] / low : Infinity);
  return Number.isFinite(factor) ? ghost.map((value) => value * factor) : ghost;
}
