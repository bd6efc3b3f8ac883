/**
 * Moves a card by its header and resizes it by its corner. The grid is laid out once, at the end.
 * @import { ViewCard } from "./view-card.js"
 */

const DRAG_THRESHOLD = 5;
const ROW_HEIGHT = 120;

/**
 * @param {PointerEvent} start @param {(event: PointerEvent) => void} move
 * @param {(event: PointerEvent, moved: boolean) => void} end
 */
function trackPointer(start, move, end) {
  const target = /** @type {HTMLElement} */ (start.currentTarget);
  let moved = false;
  const handleMove = (/** @type {PointerEvent} */ event) => {
    moved ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > DRAG_THRESHOLD;
    if (moved) move(event);
  };
  const listening = new AbortController();
  const { signal } = listening;
  const endTracking = (/** @type {PointerEvent} */ event) => {
    listening.abort();
    end(event, moved && event.type === "pointerup");
  };
  target.setPointerCapture(start.pointerId);
  target.addEventListener("pointermove", handleMove, { signal });
  target.addEventListener("pointerup", endTracking, { signal });
  target.addEventListener("pointercancel", endTracking, { signal });
}

/**
 * Where a dragged card or column would be dropped: before or after the card under the pointer.
 * @param {HTMLElement} grid @param {number} x @param {number} y
 * @returns {{ index: number, card: HTMLElement, after: boolean } | null}
 */
export function findDropTarget(grid, x, y) {
  const cards = /** @type {HTMLElement[]} */ ([...grid.querySelectorAll(".dx-card")]);
  for (const [index, card] of cards.entries()) {
    const box = card.getBoundingClientRect();
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
    const after = x > box.left + box.width / 2;
    return { index: index + (after ? 1 : 0), card, after };
  }
  return null;
}

/** @param {HTMLElement} grid @param {{ card: HTMLElement, after: boolean } | null} place */
export function markDropTarget(grid, place) {
  for (const card of grid.querySelectorAll("[data-landing]")) card.removeAttribute("data-landing");
  if (place) place.card.dataset.landing = place.after ? "after" : "before";
}

/** @param {PointerEvent} event @param {ViewCard} card */
export function startCardMove(event, card) {
  const control = /** @type {HTMLElement} */ (event.target).closest("button, input");
  if (event.button || event.pointerType === "touch" || control) return;
  const grid = /** @type {HTMLElement} */ (card.element.parentElement);
  const from = [...grid.children].indexOf(card.element);
  trackPointer(
    event,
    ({ clientX, clientY }) => {
      card.element.classList.add("dx-moving");
      card.element.style.transform = `translate(${clientX - event.clientX}px, ${clientY - event.clientY}px)`;
      markDropTarget(grid, findDropTarget(grid, clientX, clientY));
    },
    ({ clientX, clientY }, moved) => {
      card.element.classList.remove("dx-moving");
      card.element.style.transform = "";
      const place = moved ? findDropTarget(grid, clientX, clientY) : null;
      markDropTarget(grid, null);
      if (place) card.actions.moveView(card.view.id, place.index > from ? place.index - 1 : place.index);
    },
  );
}

/** @param {PointerEvent} event @param {ViewCard} card */
export function startCardResize(event, card) {
  if (event.button) return;
  event.preventDefault();
  const { view, element, actions } = card;
  const column = element.getBoundingClientRect().width / view.width;
  const getSize = (/** @type {PointerEvent} */ { clientX, clientY }) => ({
    width: Math.max(2, Math.min(12, view.width + Math.round((clientX - event.clientX) / column))),
    height: Math.max(1, Math.min(6, view.height + Math.round((clientY - event.clientY) / ROW_HEIGHT))),
  });
  trackPointer(
    event,
    (moving) => {
      const { width, height } = getSize(moving);
      element.style.setProperty("--width", String(width));
      element.style.setProperty("--height", String(height));
    },
    (ended, moved) => {
      const { width, height } = moved ? getSize(ended) : view;
      element.style.setProperty("--width", String(width));
      element.style.setProperty("--height", String(height));
      actions.resizeView(view.id, width, height);
    },
  );
}
