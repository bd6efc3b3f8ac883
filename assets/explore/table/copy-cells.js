/**
 * Copies the selected cells of the table as tab-separated values, also where the page has no right to the clipboard.
 * @import { VirtualTable } from "./virtual-table.js"
 */
import { formatTsv } from "./cell-range.js";

/** @param {VirtualTable} table @param {(message: string) => void} tell */
export function listenToCopy(table, tell) {
  table.element.addEventListener("copy", (event) => {
    const copied = copyRange(table);
    if (!copied || !event.clipboardData) return;
    event.clipboardData.setData("text/plain", copied.text);
    event.preventDefault();
    tell(copied.message);
  });
}

/** @param {VirtualTable} table @returns {{ text: string, message: string } | null} null: nothing is selected */
function copyRange({ cursor: { range }, columns, places, callbacks }) {
  if (!range) return null;
  const shown = places.slice(range.left, range.right + 1);
  const rows = [];
  for (let row = range.top; row <= range.bottom; row++) {
    const values = callbacks.getRow(row);
    if (values) rows.push(shown.map((place) => values[place]));
  }
  const missing = range.bottom - range.top + 1 - rows.length;
  return { text: formatTsv(rows, columns.slice(range.left, range.right + 1).map(({ kind }) => kind)), message: formatCopied(rows.length, shown.length, missing) };
}

/** @param {number} count @param {string} noun */
const formatCount = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** @param {number} rows @param {number} columns @param {number} missing rows that have not been loaded */
export function formatCopied(rows, columns, missing) {
  const told = rows === 1 && columns === 1 ? "Copied 1 cell." : `Copied ${formatCount(rows, "row")} of ${formatCount(columns, "column")}.`;
  return missing ? `${told} ${formatCount(missing, "row")} not loaded: download the CSV to get all.` : told;
}
