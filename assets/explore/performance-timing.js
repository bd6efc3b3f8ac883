/** User timings for the benchmark, measured only where `localStorage["dx:timing"]` is set. */
const ON = "dx:timing";

/** @returns {boolean} */
function asked() {
  try {
    return globalThis.localStorage?.getItem(ON) === "1";
  } catch {
    return false;
  }
}

const timed = asked();

/** @param {string} name @param {number} start from `performance.now()` */
export function measure(name, start) {
  if (timed) performance.measure(name, { start, end: performance.now() });
}
