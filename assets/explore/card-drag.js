/**
 * Moving a card by its head and resizing it by its corner. The grid is laid out once, at the end.
 * @import { Card } from "./view-card.js"
 */

const SLOP = 5;
const ROW = 120;

/**
 * @param {PointerEvent} start @param {(event: PointerEvent) => void} move
 * @param {(event: PointerEvent, moved: boolean) => void} end
 */
function track(start, move, end) {
  const target = /** @type {HTMLElement} */ (start.currentTarget);
  let moved = false;
  const onMove = (/** @type {PointerEvent} */ event) => {
    moved ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > SLOP;
    if (moved) move(event);
  };
  const listening = new AbortController();
  const { signal } = listening;
  const finish = (/** @type {PointerEvent} */ event) => {
    listening.abort();
    end(event, moved && event.type === "pointerup");
  };
  target.setPointerCapture(start.pointerId);
  target.addEventListener("pointermove", onMove, { signal });
  target.addEventListener("pointerup", finish, { signal });
  target.addEventListener("pointercancel", finish, { signal });
}

/**
 * Where a dragged thing would land: before or after the card under the pointer.
 * @param {HTMLElement} grid @param {number} x @param {number} y
 * @returns {{ index: number, card: HTMLElement, after: boolean } | null}
 */
export function landing(grid, x, y) {
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
export function markLanding(grid, place) {
  for (const card of grid.querySelectorAll("[data-landing]")) card.removeAttribute("data-landing");
  if (place) place.card.dataset.landing = place.after ? "after" : "before";
}

/** @param {PointerEvent} event @param {Card} card */
export function startMove(event, card) {
  const control = /** @type {HTMLElement} */ (event.target).closest("button, input");
  if (event.button || event.pointerType === "touch" || control) return;
  const grid = /** @type {HTMLElement} */ (card.element.parentElement);
  const from = [...grid.children].indexOf(card.element);
  track(
    event,
    ({ clientX, clientY }) => {
      card.element.classList.add("dx-moving");
      card.element.style.transform = `translate(${clientX - event.clientX}px, ${clientY - event.clientY}px)`;
      markLanding(grid, landing(grid, clientX, clientY));
    },
    ({ clientX, clientY }, moved) => {
      card.element.classList.remove("dx-moving");
      card.element.style.transform = "";
      const place = moved ? landing(grid, clientX, clientY) : null;
      markLanding(grid, null);
      if (place) card.actions.move(card.view.id, place.index > from ? place.index - 1 : place.index);
    },
  );
}

/** @param {PointerEvent} event @param {Card} card */
export function startResize(event, card) {
  if (event.button) return;
  event.preventDefault();
  const { view, element, actions } = card;
  const column = element.getBoundingClientRect().width / view.width;
  const size = (/** @type {PointerEvent} */ { clientX, clientY }) => ({
    width: Math.max(2, Math.min(12, view.width + Math.round((clientX - event.clientX) / column))),
    height: Math.max(1, Math.min(6, view.height + Math.round((clientY - event.clientY) / ROW))),
  });
  track(
    event,
    (moving) => {
      const { width, height } = size(moving);
      element.style.setProperty("--width", String(width));
      element.style.setProperty("--height", String(height));
    },
    (ended, moved) => {
      const { width, height } = moved ? size(ended) : view;
      element.style.setProperty("--width", String(width));
      element.style.setProperty("--height", String(height));
      actions.resize(view.id, width, height);
    },
  );
}
