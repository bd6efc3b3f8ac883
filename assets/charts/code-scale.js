/** Maps codes to pixels and back. Pure; positions are in CSS pixels. */

/** @import {Domain, PixelRange, CodeScale} from "./types.js" */

/**
 * Positions of edges within a domain: 0 at its low end, 1 at its high end.
 * @param {Float64Array} edges
 * @param {Domain} domain
 * @param {string} type scale type; "log" is logarithmic
 * @returns {Float64Array}
 */
export function edgesToFractions(edges, domain, type) {
  const place = type === "log" ? Math.log : Number;
  const low = place(domain[0]);
  const extent = place(domain[1]) - low || 1;
  return edges.map((edge) => (place(edge) - low) / extent);
}

/**
 * The value at a position of a domain: the inverse of edgesToFractions.
 * @param {number} fraction
 * @param {Domain} domain
 * @param {string} type
 */
export function fractionToValue(fraction, domain, type) {
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
export function createPixelScale(domain, type, start, size) {
  const place = type === "log" ? Math.log : Number;
  const low = place(domain[0]);
  const scale = size / (place(domain[1]) - low || 1);
  return (value) => start + (place(value) - low) * scale;
}

/** @param {CodeScale} codeScale @param {number} edge number of an edge, 0..n */
export function edgeToPixel(codeScale, edge) {
  return codeScale.start + codeScale.fractions[edge] * codeScale.size;
}

/**
 * The pixel where a range that begins with code `from` starts.
 * @param {CodeScale} codeScale
 * @param {number} from
 */
export function rangeStartToPixel(codeScale, from) {
  const last = codeScale.fractions.length - 1;
  if (from <= 0) return codeScale.below ? codeScale.below.start : edgeToPixel(codeScale, 0);
  if (from > last) return codeScale.above ? codeScale.above.start : edgeToPixel(codeScale, last);
  return edgeToPixel(codeScale, from - 1);
}

/**
 * The pixel where a range that ends before code `to` ends.
 * @param {CodeScale} codeScale
 * @param {number} to
 */
export function rangeEndToPixel(codeScale, to) {
  const last = codeScale.fractions.length - 1;
  if (to <= 1) return codeScale.below ? codeScale.below.end : edgeToPixel(codeScale, 0);
  if (to > last + 1) return codeScale.above ? codeScale.above.end : edgeToPixel(codeScale, last);
  return edgeToPixel(codeScale, to - 1);
}

/** The lowest and highest boundary that a brush may reach, including overflow bins that are drawn.
 * @param {CodeScale} codeScale @returns {Domain} */
export function getBoundaryLimits(codeScale) {
  const last = codeScale.fractions.length - 1;
  return [codeScale.below ? 0 : 1, codeScale.above ? last + 2 : last + 1];
}

/**
 * The boundary nearest to a pixel: 1 is the low end of code 1; 0 and n+2 lie beyond the overflow bins.
 * @param {CodeScale} codeScale
 * @param {number} pixel
 */
export function pixelToBoundary(codeScale, pixel) {
  const last = codeScale.fractions.length - 1;
  if (codeScale.below && pixel < getMiddle(codeScale.below)) return 0;
  if (codeScale.above && pixel > getMiddle(codeScale.above)) return last + 2;
  const fraction = (pixel - codeScale.start) / codeScale.size;
  const edge = findFloorEdge(codeScale.fractions, fraction);
  const nearer = edge < last && codeScale.fractions[edge + 1] - fraction < fraction - codeScale.fractions[edge];
  return (nearer ? edge + 1 : edge) + 1;
}

/**
 * The code at a pixel; -1 where there is none.
 * @param {CodeScale} codeScale
 * @param {number} pixel
 */
export function pixelToCode(codeScale, pixel) {
  const last = codeScale.fractions.length - 1;
  if (containsPixel(codeScale.below, pixel)) return 0;
  if (containsPixel(codeScale.above, pixel)) return last + 1;
  if (containsPixel(codeScale.none, pixel)) return last + 2;
  const fraction = (pixel - codeScale.start) / codeScale.size;
  if (fraction < codeScale.fractions[0] || fraction >= codeScale.fractions[last]) return -1;
  return findFloorEdge(codeScale.fractions, fraction) + 1;
}

/** Index of the last edge at or before a position, 0..n.
 * @param {Float64Array} fractions @param {number} fraction */
function findFloorEdge(fractions, fraction) {
  let low = 0;
  let high = fractions.length - 1;
  while (low < high) {
    const half = (low + high + 1) >> 1;
    if (fractions[half] <= fraction) low = half;
    else high = half - 1;
  }
  return low;
}

/** @param {PixelRange} slot */
function getMiddle(slot) {
  return (slot.start + slot.end) / 2;
}

/** @param {PixelRange | null} slot @param {number} pixel */
function containsPixel(slot, pixel) {
  return slot !== null && pixel >= slot.start && pixel < slot.end;
}
