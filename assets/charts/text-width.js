/** The width of texts on a canvas, and texts shortened to fit one. Texts of any length take a short, bounded time. */

/**
 * Longer texts are measured up to here: more letters than any chart or column is wide.
 * Measuring takes time with each letter, and some columns hold texts of megabytes.
 */
const MAX_MEASURED_LENGTH = 512;
/** How many widths and shortened texts are kept. */
const MAX_CACHED_TEXTS = 4096;
/** A letter with more code units than this is torn: a family emoji has 11, a letter with twenty accents 21. */
const MAX_LETTER_LENGTH = 32;
export const ELLIPSIS = "…";

const measuringContext = typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");
/** What a reader sees as one letter: an emoji of several code points, a letter with its accents. */
const letters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** @type {Map<string, number>} by font and text */
const widths = new Map();
/** @type {Map<string, string>} by font, width and text */
const truncatedTexts = new Map();

// A font that has just been loaded changes all widths.
if (typeof document !== "undefined") document.fonts.addEventListener("loadingdone", () => [widths, truncatedTexts].forEach((cache) => cache.clear()));

/**
 * The beginning of a text, of at most this many code units, without half of a letter at its end.
 * @param {string} text @param {number} length
 */
export function takeLetters(text, length) {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  const last = [...letters.segment(text.slice(0, length + MAX_LETTER_LENGTH))].findLast(({ index }) => index <= length);
  return last?.index ? cut.slice(0, last.index) : cut.replace(/[\uD800-\uDBFF]$/, "");
}

/**
 * The width of a text; of a very long one that of its beginning, which is wider than any chart.
 * Charts use tabular figures, an offscreen canvas doesn't: each digit is measured as the widest.
 * @param {string} text @param {string} font
 */
export function measureTextWidth(text, font) {
  const start = widenDigits(text.slice(0, MAX_MEASURED_LENGTH));
  return cacheResult(widths, `${font}\n${start}`, () => measureUncached(start, font));
}

/** Numbers of equal form are then one text, and measured once, however often they change. @param {string} text */
const widenDigits = (text) => text.replace(/\d/g, "0");

/** @param {string} text @param {string} font */
function measureUncached(text, font) {
  if (!measuringContext) return text.length * 6;
  measuringContext.font = font;
  return measuringContext.measureText(text).width;
}

/**
 * The text, shortened to fit the width, between two letters; the ellipsis says so.
 * @param {string} text
 * @param {string} font
 * @param {number} width
 */
export function truncateText(text, font, width) {
  if (text.length <= MAX_MEASURED_LENGTH && measureTextWidth(text, font) <= width) return text;
  const start = takeLetters(text, MAX_MEASURED_LENGTH);
  return cacheResult(truncatedTexts, `${font}\n${width}\n${start}`, () => truncateLetters(start, font, width));
}

/** @param {string} text @param {string} font @param {number} width */
function truncateLetters(text, font, width) {
  const [measured, ends] = [widenDigits(text), [...letters.segment(text)].map(({ index }) => index)];
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const half = (low + high + 1) >> 1;
    if (measureUncached(measured.slice(0, ends[half]) + ELLIPSIS, font) <= width) low = half;
    else high = half - 1;
  }
  return text.slice(0, low ? ends[low] : ends[1]).trimEnd() + ELLIPSIS;
}

/**
 * @template T
 * @param {Map<string, T>} cache @param {string} key @param {() => T} compute
 * @returns {T}
 */
function cacheResult(cache, key, compute) {
  let result = cache.get(key);
  if (result === undefined) {
    if (cache.size >= MAX_CACHED_TEXTS) cache.clear();
    cache.set(key, (result = compute()));
  }
  return result;
}
