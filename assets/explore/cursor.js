/**
 * The cell of the table that the keys have led to, and what is told of the one under the pointer.
 * @import { Sheet } from "./sheet.js"
 */

/** The id of the cell that the keys have led to. */
const CURSOR = "dx-cursor";

/** @typedef {{ row: number, column: number }} Cell */
/** @typedef {{ rows: number, columns: number, page: number }} Size how many there are, and how many rows are seen at once */

/** @type {Record<string, (cell: Cell, size: Size, all: boolean) => Cell>} */
const STEPS = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  PageUp: ({ row, column }, { page }) => ({ row: row - page, column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
  Home: ({ row }, _, all) => ({ row: all ? 0 : row, column: 0 }),
  End: ({ row }, { rows, columns }, all) => ({ row: all ? rows - 1 : row, column: columns - 1 }),
};

/** @param {number} value @param {number} count */
const among = (value, count) => Math.max(0, Math.min(count - 1, value));

/**
 * @param {Cell} cell @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">} event @param {Size} size
 * @returns {Cell | null} null: the key is not one of the table's
 */
export function stepped(cell, { key, ctrlKey, metaKey, altKey }, size) {
  if (altKey || !Object.hasOwn(STEPS, key) || !size.rows) return null;
  const { row, column } = STEPS[key](cell, size, ctrlKey || metaKey);
  return { row: among(row, size.rows), column: among(column, size.columns) };
}

export class Cursor {
  /** @type {Cell | null} */ #cell = null;
  /** @type {HTMLElement | undefined} */ #marked = undefined;

  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    const { element } = sheet;
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focus", () => this.#go(this.#from));
    element.addEventListener("click", ({ target }) => this.#point(/** @type {Element} */ (target)));
    element.addEventListener("pointerover", ({ target }) => this.#name(/** @type {HTMLElement} */ (target)));
  }

  /** Where cells are drawn by now; a reader of the screen is told only of what is there. */
  mark() {
    const { element, lines } = this.sheet;
    const next = this.#cell ? lines.cell(this.#cell) : undefined;
    if (next !== this.#marked) this.#marked?.removeAttribute("id");
    this.#marked = next;
    if (!next) return element.removeAttribute("aria-activedescendant");
    next.id = CURSOR;
    element.setAttribute("aria-activedescendant", CURSOR);
  }

  /** The table begins elsewhere, where the keys go on; in the column in which they were. */
  begin() {
    if (this.#cell) this.#cell = { ...this.#cell, row: this.sheet.at };
  }

  /** @returns {Cell} */
  get #from() {
    return this.#cell ?? { row: this.sheet.at, column: 0 };
  }

  /** @param {Cell} cell */
  #go(cell) {
    this.#cell = cell;
    this.mark();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { element, total, columns, reach } = this.sheet;
    if (event.target !== element || !total) return;
    const cell = stepped(this.#from, event, { rows: total, columns: columns.length, page: reach.whole });
    if (!cell) return;
    event.preventDefault();
    this.#go(cell);
    this.sheet.reveal(cell);
  }

  /** @param {Element} target that was clicked */
  #point(target) {
    const found = this.sheet.lines.find(target);
    if (found) this.#go({ row: found.row, column: found.column });
  }

  /** A text that is cut off, or a number that is rounded, is told whole. @param {HTMLElement} element under the pointer */
  #name(element) {
    const found = this.sheet.lines.find(element);
    if (!found) return;
    const { value } = found;
    const cut = element.scrollWidth > element.clientWidth;
    element.title = typeof value === "number" && element.dataset.kind === "number" ? String(value) : cut ? String(element.textContent) : "";
  }
}
