/** Dialogs: keyboard shortcuts, and a view as a table. */
import { h, createIconButton } from "./dom.js";

/** Shortcuts: alternatives, each of keys to press together, and what they do. @type {[string[][], string][]} */
const SHORTCUTS = [
  [[["Drag"]], "Brush a range; drag it to move it, its ends to resize it"],
  [[["Click"]], "Select a bin or a bar; with Ctrl or Shift, one more"],
  [[["←"], ["→"]], "Move the focused end bin by bin; with Shift, further"],
  [[["Esc"], ["Double click"]], "Clear the brush"],
  [[["Ctrl", "Wheel"], ["+"], ["−"]], "Zoom; on the axis, drag to pan"],
  [[["0"]], "Show the whole range again"],
  [[["Ctrl", "Z"]], "Undo, as the browser’s Back does"],
  [[["Ctrl", "Shift", "Z"], ["Ctrl", "Y"]], "Redo"],
  [[["Alt", "←"], ["Alt", "→"]], "Move the focused view earlier or later"],
  [[["Alt", "Shift", "← → ↑ ↓"]], "Make the focused view narrower, wider, lower, taller"],
  [[["F2"]], "Rename the focused view"],
  [[["["]], "Show or hide the columns"],
  [[["R"]], "Show or hide the rows; in them, arrow keys, Page and Home, End move"],
  [[["Enter"], ["Space"]], "On the head of a column, above the first row: sort by it"],
  [[["F"]], "In a live session: return to the presenter"],
  [[["?"]], "These shortcuts"],
];

/** @param {string} title @param {...Node} content */
export function openDialog(title, ...content) {
  const dialog = h("dialog", { class: "dx-dialog", "aria-label": title });
  const close = createIconButton("close", "Close", () => dialog.close());
  const body = h("div", { class: "dx-dialog-body", tabindex: "0" }, ...content);
  dialog.append(h("header", {}, h("h2", {}, title), close), body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {string[][]} alternatives */
const createKeycaps = (alternatives) =>
  alternatives.map((keys) => h("span", { class: "dx-chord" }, ...keys.map((key) => h("kbd", {}, key))));

export function showShortcuts() {
  if (document.querySelector("dialog[open]")) return;
  const rows = SHORTCUTS.map(([keys, does]) => h("tr", {}, h("th", { scope: "row" }, ...createKeycaps(keys)), h("td", {}, does)));
  openDialog("Shortcuts", h("table", { class: "dx-keys" }, h("tbody", {}, ...rows)));
}

/** @param {string} title @param {{ columns: string[], rows: (string | number)[][] }} table */
export function showTableDialog(title, { columns, rows }) {
  const head = h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)));
  const lines = rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, String(cell)))));
  openDialog(title, h("table", { class: "dx-table" }, h("thead", {}, head), h("tbody", {}, ...lines)));
}
