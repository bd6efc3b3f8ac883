/** The page's own keys; charts and cards have theirs. */
import { showShortcuts } from "./dialogs.js";

/** @param {EventTarget | null} target where keys are for something else: a field, a dialog over the page */
const isElsewhere = (target) => target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable], dialog, dialog *");

/** @type {Record<string, "shortcuts" | "rail" | "table">} */
const PLAIN = { "?": "shortcuts", "[": "rail", r: "table" };

/**
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | "shortcuts" | "rail" | "table" | null}
 */
function commandOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey) return null;
  const lower = key.toLowerCase();
  if (ctrlKey || metaKey) return lower === "y" || (lower === "z" && shiftKey) ? "redo" : lower === "z" ? "undo" : null;
  return PLAIN[lower] ?? null;
}

/** @param {{ undo(): void, redo(): void, rail(): void, table(): void }} actions @param {AbortSignal} signal */
export function listen(actions, signal) {
  const act = { ...actions, shortcuts: showShortcuts };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const command = isElsewhere(event.target) ? null : commandOf(event);
    if (!command) return;
    event.preventDefault();
    act[command]();
  };
  document.addEventListener("keydown", onKey, { signal });
}
