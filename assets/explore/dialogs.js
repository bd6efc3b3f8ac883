/** Dialogs: keyboard shortcuts, and a view as a table. */
import { h, createIconButton } from "./dom.js";

/** Shortcuts: alternatives, each of keys to press together, and what they do. @type {[string[][], string][]} */
const SHORTCUTS = [
  [[["Drag"]], "Select a range. Drag it to move it, drag an edge to resize it"],
  [[["Click"]], "Select a bin or bar (Ctrl or Shift: add to the selection)"],
  [[["←"], ["→"]], "Move the focused edge by one bin (Shift: by ten)"],
  [[["Esc"], ["Double click"]], "Clear the selection"],
  [[["Ctrl", "Wheel"], ["+"], ["−"]], "Zoom (drag the axis to pan)"],
  [[["0"]], "Reset zoom"],
  [[["Ctrl", "Z"]], "Undo (same as the browser’s Back button)"],
  [[["Ctrl", "Shift", "Z"], ["Ctrl", "Y"]], "Redo"],
  [[["Alt", "←"], ["Alt", "→"]], "Move the focused chart back or forward"],
  [[["Alt", "Shift", "← → ↑ ↓"]], "Resize the focused chart"],
  [[["F2"]], "Rename the focused chart"],
  [[["["]], "Show or hide the column list"],
  [[["R"]], "Show or hide the rows (move with the arrow keys, Page Up/Down, Home, End)"],
  [[["Y"]], "Scale bars to all rows, to the selection, or as the share selected"],
  [[["Enter"], ["Space"]], "On a column header: sort by that column"],
  [[["Shift", "←"], ["Shift", "→"]], "On a column header: make the column narrower or wider"],
  [[["Shift", "← → ↑ ↓"], ["Shift", "Space"], ["Ctrl", "A"]], "Select cells of the rows, a whole row, or all rows on screen"],
  [[["Ctrl", "C"]], "Copy the selected cells"],
  [[["Shift", "F10"]], "On a column header: hide the column, or choose others"],
  [[["F"]], "In a live session: follow the presenter again"],
  [[["?"]], "Show keyboard shortcuts"],
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
  openDialog("Keyboard shortcuts", h("table", { class: "dx-keys" }, h("tbody", {}, ...rows)));
}

/** @param {string} title @param {{ columns: string[], rows: (string | number)[][] }} table */
export function showTableDialog(title, { columns, rows }) {
  const head = h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)));
  const lines = rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, String(cell)))));
  openDialog(title, h("table", { class: "dx-table" }, h("thead", {}, head), h("tbody", {}, ...lines)));
}
