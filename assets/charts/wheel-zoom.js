/** The wheel: zooms where the chart has the focus or Ctrl is held (a pinch on a trackpad); otherwise the page scrolls. */

/** @import {View} from "./chart-elements.js" */
/** @import {Zoomer} from "./zoom-gesture.js" */

/** Wheel units that zoom by a factor of two. */
const DOUBLING = 300;
/** Two fingers on a trackpad scroll the page even over the chart in focus: they come in many small steps, a wheel in notches. */
const NOTCH = 120;
/** How long a gesture of small steps lasts after its last one, and how long the hint stays, milliseconds. */
const GLIDE = 250;
const HINT = 1500;

/**
 * @param {View} view
 * @param {Zoomer} zoomer
 * @returns {() => void} stops listening
 */
export function listenToWheel({ root, surface }, zoomer) {
  const stop = new AbortController();
  let glidedAt = -Infinity;
  let hint = 0;

  /** @param {WheelEvent} event */
  const zooms = (event) => {
    if (!isNotch(event)) glidedAt = event.timeStamp;
    if (event.ctrlKey || event.metaKey) return true;
    return root.contains(document.activeElement) && event.timeStamp - glidedAt > GLIDE;
  };
  const explain = () => {
    root.dataset.wheel = "";
    clearTimeout(hint);
    hint = window.setTimeout(() => delete root.dataset.wheel, HINT);
  };
  surface.addEventListener("wheel", (event) => {
    if (!zooms(event)) return explain();
    event.preventDefault();
    const { left, top } = root.getBoundingClientRect();
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return zoomer.pan(-sideways * scale * 0.5);
    return zoomer.zoom(2 ** ((event.deltaY * scale) / DOUBLING), event.clientX - left, event.clientY - top);
  }, { signal: stop.signal, passive: false });
  return () => {
    stop.abort();
    clearTimeout(hint);
  };
}

/** `wheelDelta` counts notches, `delta` the pixels a browser makes of them.
 * @param {WheelEvent & {wheelDeltaX?: number, wheelDeltaY?: number}} event */
export function isNotch({ deltaMode, wheelDeltaX = 0, wheelDeltaY = 0 }) {
  return deltaMode !== 0 || (wheelDeltaX % NOTCH === 0 && wheelDeltaY % NOTCH === 0);
}
