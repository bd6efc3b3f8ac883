/** Mouse, pen and touch as one pointer. Positions are in the chart's pixels; nothing is measured while it moves. */

/**
 * @typedef {{x: number, y: number, touch: boolean, add: boolean}} PointerPress
 * @typedef {{press(press: PointerPress): boolean, drag(x: number, y: number): void, release(): void, cancel(): void,
 *   hover(x: number, y: number): void, leave(): void, clear(x: number, y: number): void}} PointerHandler
 */

/** How long a touch must be held before it may brush in any direction, milliseconds. */
const LONG_PRESS_DELAY = 350;

/**
 * @param {HTMLElement} root origin of positions
 * @param {HTMLElement} surface
 * @param {PointerHandler} handler press returns whether a drag begins
 * @returns {() => void} stops listening
 */
export function listenToPointer(root, surface, handler) {
  const stop = new AbortController();
  const { signal } = stop;
  /** @type {DOMRect | null} */
  let rect = null;
  let heldPointer = -1;
  let pressedAt = 0;
  /** @type {[number, number][]} */
  let presses = [];
  const getOrigin = () => (rect ??= root.getBoundingClientRect());
  const endPress = (/** @type {PointerEvent} */ event, /** @type {() => void} */ end) => {
    if (event.pointerId !== heldPointer) return;
    heldPointer = -1;
    end();
  };

  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || heldPointer !== -1 || event.offsetX > surface.clientWidth) return;
    rect = root.getBoundingClientRect();
    root.dataset.pointer = "";
    const add = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!handler.press({ x: event.clientX - rect.left, y: event.clientY - rect.top, touch: event.pointerType === "touch", add })) return;
    [heldPointer, pressedAt] = [event.pointerId, event.timeStamp];
    presses = [...presses.slice(-1), [event.clientX, event.clientY]];
    surface.setPointerCapture(heldPointer);
  }, { signal });
  surface.addEventListener("mousedown", (event) => event.offsetX <= surface.clientWidth && event.preventDefault(), { signal });
  surface.addEventListener("pointermove", (event) => {
    const { left, top } = getOrigin();
    if (event.pointerId === heldPointer) handler.drag(event.clientX - left, event.clientY - top);
    else if (heldPointer === -1 && event.pointerType !== "touch") handler.hover(event.clientX - left, event.clientY - top);
  }, { signal });
  surface.addEventListener("pointerup", (event) => endPress(event, handler.release), { signal });
  surface.addEventListener("pointercancel", (event) => endPress(event, handler.cancel), { signal });
  surface.addEventListener("pointerleave", () => handler.leave(), { signal });
  surface.addEventListener("dblclick", (event) => {
    if (isDoubleTap(presses)) handler.clear(event.clientX - getOrigin().left, event.clientY - getOrigin().top);
  }, { signal });
  surface.addEventListener("touchmove", (event) => {
    if (heldPointer !== -1 && event.timeStamp - pressedAt > LONG_PRESS_DELAY && event.cancelable) event.preventDefault();
  }, { signal, passive: false });
  root.addEventListener("keydown", () => delete root.dataset.pointer, { signal, capture: true });
  document.addEventListener("scroll", () => (rect = null), { signal, passive: true, capture: true });
  window.addEventListener("resize", () => (rect = null), { signal, passive: true });
  return () => stop.abort();
}

/** Whether two taps are at the same place: browsers also report double clicks for taps on neighbouring rows. @param {[number, number][]} presses */
function isDoubleTap([first, second]) {
  return second !== undefined && Math.hypot(second[0] - first[0], second[1] - first[1]) < 8;
}
