/** User timings for benchmarks, recorded only if `localStorage["dx:timing"]` is set. */
const TIMING_KEY = "dx:timing";

/** @returns {boolean} */
function isTimingEnabled() {
  try {
    return globalThis.localStorage?.getItem(TIMING_KEY) === "1";
  } catch {
    return false;
  }
}

const isEnabled = isTimingEnabled();

/** @param {string} name @param {number} start from `performance.now()` */
export function measureSince(name, start) {
  if (isEnabled) performance.measure(name, { start, end: performance.now() });
}
