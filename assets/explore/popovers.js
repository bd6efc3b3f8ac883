/** Places popovers beside their button, inside the window, and gives the focus back when they close. */

const MARGIN = 8;
const GAP = 4;

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Edges */
/** @typedef {{ width: number, height: number }} Size */

/**
 * Below the anchor; above it if only there is room; else as far down as the window allows. Never outside the window.
 * @param {Edges} anchor @param {Size} popover @param {Size} viewport @param {"left" | "right"} [align] which edges are in line
 * @returns {{ left: number, top: number, maxHeight: number }} in pixels
 */
export function computePopoverPlace(anchor, popover, viewport, align = "right") {
  const width = Math.min(popover.width, viewport.width - 2 * MARGIN);
  const maxHeight = Math.max(0, viewport.height - 2 * MARGIN);
  const height = Math.min(popover.height, maxHeight);
  const wanted = align === "right" ? anchor.right - width : anchor.left;
  const left = Math.max(MARGIN, Math.min(wanted, viewport.width - width - MARGIN));
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - height;
  const last = viewport.height - height - MARGIN;
  const wantedTop = below <= last || above < MARGIN ? below : above;
  const top = Math.max(MARGIN, Math.min(wantedTop, last));
  return { left, top, maxHeight };
}

/**
 * Keeps a popover in place while it is open, whatever becomes of its size or the window's.
 * @param {HTMLElement} popover @param {HTMLElement} anchor @param {"left" | "right"} [align]
 */
export function attachPopover(popover, anchor, align) {
  const place = () => placePopover(popover, anchor, align);
  const observer = new ResizeObserver(place);
  popover.addEventListener("toggle", (event) => {
    const isOpen = /** @type {ToggleEvent} */ (event).newState === "open";
    const change = isOpen ? addEventListener : removeEventListener;
    change("resize", place);
    if (!isOpen) return observer.disconnect();
    observer.observe(popover);
    place();
  });
  popover.addEventListener("beforetoggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") restoreFocusAfter(popover, anchor);
  });
}

/** @param {HTMLElement} popover @param {HTMLElement} anchor @param {"left" | "right"} [align] */
export function placePopover(popover, anchor, align) {
  const { offsetWidth: width, scrollHeight } = popover;
  const height = scrollHeight + popover.offsetHeight - popover.clientHeight;
  const viewport = { width: document.documentElement.clientWidth, height: innerHeight };
  const { left, top, maxHeight } = computePopoverPlace(anchor.getBoundingClientRect(), { width, height }, viewport, align);
  Object.assign(popover.style, { left: `${left}px`, top: `${top}px`, maxHeight: `${maxHeight}px` });
}

const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex='0']";

/** Focuses the anchor unless a click elsewhere has moved the focus to something else. @param {HTMLElement} popover @param {HTMLElement} anchor */
function restoreFocusAfter(popover, anchor) {
  requestAnimationFrame(() => {
    const { activeElement } = document;
    const isLost = !activeElement?.matches(FOCUSABLE) || popover.contains(activeElement);
    if (isLost && anchor.isConnected && !popover.matches(":popover-open")) anchor.focus({ preventScroll: true });
  });
}
