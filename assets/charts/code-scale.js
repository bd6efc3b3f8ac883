/** Codes on a line of pixels, both ways. Pure; positions are in CSS pixels. */

/** @import {Domain, Slot, Track} from "./types.js" */

/**
 * Places of edges within a domain, 0 at its low end and 1 at its high end.
 * @param {Float64Array} edges
 * @param {Domain} domain
 * @param {string} type scale type; "log" places by logarithm
 * @returns {Float64Array}
 */
export function fractionsOf(edges, domain, type) {
  const place = type === "log" ? Math.log : Number;
  const low = place(domain[0]);
  const extent = place(domain[1]) - low || 1;
  return edges.map((edge) => (place(edge) - low) / extent);
}

/**
 * The value at a place of a domain: the inverse of fractionsOf.
 * @param {number} fraction
 * @param {Domain} domain
 * @param {string} type
 */
export function valueAt(fraction, domain, type) {
  if (type !== "log") return domain[0] + fraction * (domain[1] - domain[0]);
  return domain[0] * (domain[1] / domain[0]) ** fraction;
}

/**
 * @param {Domain} domain
 * @param {string} type
 * @param {number} start pixel of the low end
 * @param {number} size pixels, negative upwards
 * @returns {(value: number) => number} pixel of a value
 */
export function placer(domain, type, start, size) {
  const place = type === "log" ? Math.log : Number;
  const low = place(domain[0]);
  const scale = size / (place(domain[1]) - low || 1);
  return (value) => start + (place(value) - low) * scale;
}

/** @param {Track} track @param {number} edge number of an edge, 0..n */
export function pixelOfEdge(track, edge) {
  return track.start + track.fractions[edge] * track.size;
}

/**
 * Where a range that begins with code `from` begins.
 * @param {Track} track
 * @param {number} from
 */
export function leading(track, from) {
  const last = track.fractions.length - 1;
  if (from <= 0) return track.below ? track.below.start : pixelOfEdge(track, 0);
  if (from > last) return track.above ? track.above.start : pixelOfEdge(track, last);
  return pixelOfEdge(track, from - 1);
}

/**
 * Where a range that ends before code `to` ends.
 * @param {Track} track
 * @param {number} to
 */
export function trailing(track, to) {
  const last = track.fractions.length - 1;
  if (to <= 1) return track.below ? track.below.end : pixelOfEdge(track, 0);
  if (to > last + 1) return track.above ? track.above.end : pixelOfEdge(track, last);
  return pixelOfEdge(track, to - 1);
}

/** Lowest and highest boundary that a brush may reach: overflow counts where it is drawn.
 * @param {Track} track @returns {Domain} */
export function limits(track) {
  const last = track.fractions.length - 1;
  return [track.below ? 0 : 1, track.above ? last + 2 : last + 1];
}

/**
 * The boundary nearest to a pixel: 1 is the low end of code 1; 0 and n+2 lie beyond the overflow bars.
 * @param {Track} track
 * @param {number} pixel
 */
export function boundaryAt(track, pixel) {
  const last = track.fractions.length - 1;
  if (track.below && pixel < middle(track.below)) return 0;
  if (track.above && pixel > middle(track.above)) return last + 2;
  const fraction = (pixel - track.start) / track.size;
  const edge = floorEdge(track.fractions, fraction);
  const nearer = edge < last && track.fractions[edge + 1] - fraction < fraction - track.fractions[edge];
  return (nearer ? edge + 1 : edge) + 1;
}

/**
 * The code under a pixel; -1 where there is none.
 * @param {Track} track
 * @param {number} pixel
 */
export function codeAt(track, pixel) {
  const last = track.fractions.length - 1;
  if (within(track.below, pixel)) return 0;
  if (within(track.above, pixel)) return last + 1;
  if (within(track.none, pixel)) return last + 2;
  const fraction = (pixel - track.start) / track.size;
  if (fraction < track.fractions[0] || fraction >= track.fractions[last]) return -1;
  return floorEdge(track.fractions, fraction) + 1;
}

/** Number of the last edge at or before a place, 0..n.
 * @param {Float64Array} fractions @param {number} fraction */
function floorEdge(fractions, fraction) {
  let low = 0;
  let high = fractions.length - 1;
  while (low < high) {
    const half = (low + high + 1) >> 1;
    if (fractions[half] <= fraction) low = half;
    else high = half - 1;
  }
  return low;
}

/** @param {Slot} slot */
function middle(slot) {
  return (slot.start + slot.end) / 2;
}

/** @param {Slot | null} slot @param {number} pixel */
function within(slot, pixel) {
  return slot !== null && pixel >= slot.start && pixel < slot.end;
}
