/** Wheel and keys on the axes: shows the new domain at once and asks for its bins when the hand rests. */

/** @import {Domain, Plot, Scene} from "./types.js" */
/** @typedef {{zoom(factor: number, x: number, y: number): void, pan(pixels: number): void, settle(): void, reset(): void, stop(): void}} Zoomer */

import { isEmpty } from "./bins.js";
import { panned, zoomed } from "./zoom-domain.js";

const REST = 180;

/**
 * @param {Scene} scene
 * @param {() => Plot} plot
 * @param {() => void} preview
 * @param {(domains: (Domain | null)[]) => void} commit
 * @returns {Zoomer}
 */
export function createZoomer(scene, plot, preview, commit) {
  let timer = 0;
  const settle = () => {
    clearTimeout(timer);
    scene.zooming = false;
    if (scene.domains.some(Boolean)) commit(scene.domains.map((domain) => domain && [...domain]));
  };
  /** @param {(domain: Domain, axis: number) => Domain} change */
  const change = (change) => {
    scene.domains = plot().tracks.map((_, i) => change(domainOf(scene, i), i));
    scene.zooming = true;
    preview();
    clearTimeout(timer);
    timer = window.setTimeout(settle, REST);
  };
  return {
    zoom(factor, x, y) {
      change((domain, i) => {
        const track = plot().tracks[i];
        const at = Math.max(0, Math.min(1, ((i ? y : x) - track.start) / track.size));
        return factor > 1 && !hasBeyond(scene, i) && !scene.domains[i] ? domain : zoomed(scene.bins[i].axis, domain, at, factor);
      });
    },
    pan(pixels) {
      change((domain, i) => (i ? domain : panned(scene.bins[i].axis, domain, -pixels / plot().tracks[i].size)));
    },
    settle,
    reset() {
      clearTimeout(timer);
      scene.zooming = false;
      commit(plot().tracks.map(() => null));
    },
    stop: () => clearTimeout(timer),
  };
}

/** @param {Scene} scene @param {number} index @returns {Domain} */
function domainOf(scene, index) {
  const edges = /** @type {Float64Array} */ (scene.bins[index].edges);
  return scene.domains[index] ?? [edges[0], edges[edges.length - 1]];
}

/** Are there rows beyond the ends of an axis, so that zooming out would show more? @param {Scene} scene @param {number} index */
function hasBeyond({ bins, ghost }, index) {
  const { below, above } = bins[index];
  if (!ghost) return false;
  if (bins.length === 1) return !isEmpty(ghost[below]) || !isEmpty(ghost[above]);
  const width = bins[0].axis.bins;
  return ghost.some((value, cell) => {
    const place = index ? Math.floor(cell / width) : cell % width;
    return (place === below || place === above) && !isEmpty(value);
  });
}
