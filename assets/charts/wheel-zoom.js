/** Wheel zoom: while the chart has the focus or Ctrl is held (a pinch on a trackpad); otherwise the page scrolls. */

/** @import {ChartElements} from "./chart-elements.js" */
/** @import {ZoomGesture} from "./zoom-gesture.js" */

/** Wheel units that zoom by a factor of two. */
const WHEEL_UNITS_PER_DOUBLING = 300;
/** Wheel units of one notch. Trackpads send many small steps instead; these scroll the page even over a focused chart. */
const WHEEL_NOTCH = 120;
/** How long a trackpad gesture lasts after its last step, and how long the hint stays, milliseconds. */
const TRACKPAD_GESTURE_TIMEOUT = 250;
const HINT_DURATION = 1500;

/**
 * @param {ChartElements} elements
 * @param {ZoomGesture} zoomGesture
 * @returns {() => void} stops listening
 */
export function listenToWheel({ root, surface }, zoomGesture) {
  const stop = new AbortController();
  let trackpadScrolledAt = -Infinity;
  let hint = 0;

  /** @param {WheelEvent} event */
  const shouldZoom = (event) => {
    if (!isWheelNotch(event)) trackpadScrolledAt = event.timeStamp;
    if (event.ctrlKey || event.metaKey) return true;
    return root.contains(document.activeElement) && event.timeStamp - trackpadScrolledAt > TRACKPAD_GESTURE_TIMEOUT;
  };
  const showHint = () => {
    root.dataset.wheel = "";
    clearTimeout(hint);
    hint = window.setTimeout(() => delete root.dataset.wheel, HINT_DURATION);
  };
  surface.addEventListener("wheel", (event) => {
    if (!shouldZoom(event)) return showHint();
    event.preventDefault();
    const { left, top } = root.getBoundingClientRect();
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return zoomGesture.panBy(-sideways * scale * 0.5);
    return zoomGesture.zoomAt(2 ** ((event.deltaY * scale) / WHEEL_UNITS_PER_DOUBLING), event.clientX - left, event.clientY - top);
  }, { signal: stop.signal, passive: false });
  return () => {
    stop.abort();
    clearTimeout(hint);
  };
}

/** `wheelDelta` counts notches, `delta` the pixels a browser makes of them.
 * @param {WheelEvent & {wheelDeltaX?: number, wheelDeltaY?: number}} event */
export function isWheelNotch({ deltaMode, wheelDeltaX = 0, wheelDeltaY = 0 }) {
  return deltaMode !== 0 || (wheelDeltaX % WHEEL_NOTCH === 0 && wheelDeltaY % WHEEL_NOTCH === 0);
}
