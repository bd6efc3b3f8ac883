/** The wheel: zooms where the chart has the focus or Ctrl is held (a pinch on a trackpad); otherwise the page scrolls. */

/** @import {View} from "./view.js" */
/** @import {Zoomer} from "./zoomer.js" */

/** Wheel units that zoom by a factor of two. */
const DOUBLING = 300;

/**
 * @param {View} view
 * @param {Zoomer} zoomer
 * @returns {() => void} stops listening
 */
export function listenToWheel({ root, surface }, zoomer) {
  const stop = new AbortController();
  surface.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !root.contains(document.activeElement)) return;
    event.preventDefault();
    const { left, top } = root.getBoundingClientRect();
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) zoomer.pan(-sideways * scale * 0.5);
    else zoomer.zoom(2 ** ((event.deltaY * scale) / DOUBLING), event.clientX - left, event.clientY - top);
  }, { signal: stop.signal, passive: false });
  return () => stop.abort();
}
