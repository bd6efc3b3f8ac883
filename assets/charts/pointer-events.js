/** Mouse, pen and finger as one hand. Positions are in the chart's pixels; nothing is measured while it moves. */

/**
 * @typedef {{x: number, y: number, touch: boolean, add: boolean}} Press
 * @typedef {{press(press: Press): boolean, drag(x: number, y: number): void, release(): void, cancel(): void,
 *   hover(x: number, y: number): void, leave(): void, clear(x: number, y: number): void}} Tool
 */

/** How long a finger rests before it may brush in any direction, milliseconds. */
const HOLD = 350;

/**
 * @param {HTMLElement} root origin of positions
 * @param {HTMLElement} surface
 * @param {Tool} tool press answers whether the hand now holds something
 * @returns {() => void} stops listening
 */
export function listen(root, surface, tool) {
  const stop = new AbortController();
  const { signal } = stop;
  /** @type {DOMRect | null} */
  let rect = null;
  let held = -1;
  let since = 0;
  /** @type {[number, number][]} */
  let presses = [];
  const origin = () => (rect ??= root.getBoundingClientRect());
  const release = (/** @type {PointerEvent} */ event, /** @type {() => void} */ end) => {
    if (event.pointerId !== held) return;
    held = -1;
    end();
  };

  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held !== -1 || event.offsetX > surface.clientWidth) return;
    rect = root.getBoundingClientRect();
    root.dataset.hand = "";
    const add = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!tool.press({ x: event.clientX - rect.left, y: event.clientY - rect.top, touch: event.pointerType === "touch", add })) return;
    [held, since] = [event.pointerId, event.timeStamp];
    presses = [...presses.slice(-1), [event.clientX, event.clientY]];
    surface.setPointerCapture(held);
  }, { signal });
  surface.addEventListener("mousedown", (event) => event.offsetX <= surface.clientWidth && event.preventDefault(), { signal });
  surface.addEventListener("pointermove", (event) => {
    const { left, top } = origin();
    if (event.pointerId === held) tool.drag(event.clientX - left, event.clientY - top);
    else if (held === -1 && event.pointerType !== "touch") tool.hover(event.clientX - left, event.clientY - top);
  }, { signal });
  surface.addEventListener("pointerup", (event) => release(event, tool.release), { signal });
  surface.addEventListener("pointercancel", (event) => release(event, tool.cancel), { signal });
  surface.addEventListener("pointerleave", () => tool.leave(), { signal });
  surface.addEventListener("dblclick", (event) => {
    if (near(presses)) tool.clear(event.clientX - origin().left, event.clientY - origin().top);
  }, { signal });
  surface.addEventListener("touchmove", (event) => {
    if (held !== -1 && event.timeStamp - since > HOLD && event.cancelable) event.preventDefault();
  }, { signal, passive: false });
  root.addEventListener("keydown", () => delete root.dataset.hand, { signal, capture: true });
  document.addEventListener("scroll", () => (rect = null), { signal, passive: true, capture: true });
  window.addEventListener("resize", () => (rect = null), { signal, passive: true });
  return () => stop.abort();
}

/** Two taps on neighbouring rows are not a double click, whatever the browser thinks. @param {[number, number][]} presses */
function near([first, second]) {
  return second !== undefined && Math.hypot(second[0] - first[0], second[1] - first[1]) < 8;
}
