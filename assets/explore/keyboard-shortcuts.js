/** Keyboard shortcuts of the page; charts and cards have their own. */
import { showShortcuts } from "./dialogs.js";

/** Whether keys have another use here: in a field or a dialog. @param {EventTarget | null} target */
const isTypingTarget = (target) => target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable], dialog, dialog *");

/** @type {Record<string, "shortcuts" | "rail" | "table" | "valueAxis">} */
const KEY_COMMANDS = { "?": "shortcuts", "[": "rail", r: "table", y: "valueAxis" };

/**
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | "shortcuts" | "rail" | "table" | "valueAxis" | null}
 */
function commandFromKey({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey) return null;
  const lower = key.toLowerCase();
  if (ctrlKey || metaKey) return lower === "y" || (lower === "z" && shiftKey) ? "redo" : lower === "z" ? "undo" : null;
  return KEY_COMMANDS[lower] ?? null;
}

/** @param {{ undo(): void, redo(): void, rail(): void, table(): void, valueAxis(): void }} actions @param {AbortSignal} signal */
export function listenToShortcuts(actions, signal) {
  const act = { ...actions, shortcuts: showShortcuts };
  const handleKey = (/** @type {KeyboardEvent} */ event) => {
    const command = isTypingTarget(event.target) ? null : commandFromKey(event);
    if (!command) return;
    event.preventDefault();
    act[command]();
  };
  document.addEventListener("keydown", handleKey, { signal });
}
