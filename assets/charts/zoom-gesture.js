/** Zooming and panning by wheel and keys: previews the new domain at once and requests its bins when the gesture pauses. */

/** @import {Domain, Plot, Scene} from "./types.js" */
/** @typedef {{zoomAt(factor: number, x: number, y: number): void, panBy(pixels: number): void, settleZoom(): void, resetZoom(): void, stop(): void}} ZoomGesture */

import { isEmptyCell } from "./bins.js";
import { panDomain, zoomDomain } from "./zoom-domain.js";

const SETTLE_DELAY = 180;

/**
 * @param {Scene} scene
 * @param {() => Plot} getPlot
 * @param {() => void} preview
 * @param {(domains: (Domain | null)[]) => void} commit
 * @returns {ZoomGesture}
 */
export function createZoomGesture(scene, getPlot, preview, commit) {
  let timer = 0;
  const settleZoom = () => {
    clearTimeout(timer);
    scene.isZooming = false;
    if (scene.zoomDomains.some(Boolean)) commit(scene.zoomDomains.map((domain) => domain && [...domain]));
  };
  /** @param {(domain: Domain, axis: number) => Domain} change */
  const changeDomains = (change) => {
    scene.zoomDomains = getPlot().codeScales.map((_, i) => change(getDomain(scene, i), i));
    scene.isZooming = true;
    preview();
    clearTimeout(timer);
    timer = window.setTimeout(settleZoom, SETTLE_DELAY);
  };
  return {
    zoomAt(factor, x, y) {
      changeDomains((domain, i) => {
        const codeScale = getPlot().codeScales[i];
        const at = Math.max(0, Math.min(1, ((i ? y : x) - codeScale.start) / codeScale.size));
        return factor > 1 && !hasRowsBeyond(scene, i) && !scene.zoomDomains[i] ? domain : zoomDomain(scene.bins[i].axis, domain, at, factor);
      });
    },
    panBy(pixels) {
      changeDomains((domain, i) => (i ? domain : panDomain(scene.bins[i].axis, domain, -pixels / getPlot().codeScales[i].size)));
    },
    settleZoom,
    resetZoom() {
      clearTimeout(timer);
      scene.isZooming = false;
      commit(getPlot().codeScales.map(() => null));
    },
    stop: () => clearTimeout(timer),
  };
}

/** @param {Scene} scene @param {number} index @returns {Domain} */
function getDomain(scene, index) {
  const edges = /** @type {Float64Array} */ (scene.bins[index].edges);
  return scene.zoomDomains[index] ?? [edges[0], edges[edges.length - 1]];
}

/** Whether there are rows beyond the ends of an axis, so that zooming out would show more. @param {Scene} scene @param {number} index */
function hasRowsBeyond({ bins, ghost }, index) {
  const { below, above } = bins[index];
  if (!ghost) return false;
  if (bins.length === 1) return !isEmptyCell(ghost[below]) || !isEmptyCell(ghost[above]);
  const width = bins[0].axis.bins;
  return ghost.some((value, cell) => {
    const place = index ? Math.floor(cell / width) : cell % width;
    return (place === below || place === above) && !isEmptyCell(value);
  });
}
