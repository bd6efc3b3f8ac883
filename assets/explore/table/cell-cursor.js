/**
 * The cell of the table that the keys have led to, and what is told of the one under the pointer.
 * @import { Sheet } from "./virtual-table.js"
 */

/** The id of the cell that the keys have led to. */
const CURSOR = "dx-cursor";

/** @typedef {{ row: number, column: number }} Cell */

/** The row of the heads. */
export const HEAD_ROW = -1;

/** @typedef {{ rows: number, columns: number, page: number }} Size how many there are, and how many rows are seen at once */

/** @type {Record<string, (cell: Cell, size: Size, all: boolean) => Cell>} */
const STEPS = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  PageUp: ({ row, column }, { page }) => ({ row: Math.max(Math.min(row, 0), row - page), column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
  Home: ({ row }, _, all) => ({ row: all ? 0 : row, column: 0 }),
  End: ({ row }, { rows, columns }, all) => ({ row: all ? rows - 1 : row, column: columns - 1 }),
};

/** @param {number} value @param {number} first @param {number} count */
const among = (value, first, count) => Math.max(first, Math.min(count - 1, value));

/**
 * @param {Cell} cell @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">} event @param {Size} size
 * @returns {Cell | null} null: the key is not one of the table's
 */
export function stepped(cell, { key, ctrlKey, metaKey, altKey }, size) {
  if (altKey || !Object.hasOwn(STEPS, key)) return null;
  const { row, column } = STEPS[key](cell, size, ctrlKey || metaKey);
  return { row: among(row, HEAD_ROW, size.rows), column: among(column, 0, size.columns) };
}

/** Whether a key presses a button. @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat">} event */
const presses = ({ key, ctrlKey, metaKey, altKey, repeat }) => (key === "Enter" || key === " ") && !(ctrlKey || metaKey || altKey || repeat);

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
    const { element } = this.sheet;
    const next = this.#drawn;
    if (next !== this.#marked) this.#marked?.removeAttribute("id");
    this.#marked = next;
    if (!next) return element.removeAttribute("aria-activedescendant");
    next.id = CURSOR;
    element.setAttribute("aria-activedescendant", CURSOR);
  }

  /** The rows begin elsewhere, where the keys go on; in the column in which they were. */
  begin() {
    if (this.#cell && this.#cell.row !== HEAD_ROW) this.#cell = { ...this.#cell, row: this.sheet.at };
  }

  /** The cell or the head that it is on; a head says how it is sorted, its button would not. @returns {HTMLElement | undefined} */
  get #drawn() {
    const { heads, lines } = this.sheet;
    if (!this.#cell) return undefined;
    return this.#cell.row === HEAD_ROW ? heads.cell(this.#cell.column) : lines.cell(this.#cell);
  }

  /** Where there are no rows that is at the heads. @returns {Cell} */
  get #from() {
    const { at, total } = this.sheet;
    const { row, column } = this.#cell ?? { row: at, column: this.sheet.column };
    return { row: Math.min(row, (total ?? Infinity) - 1), column };
  }

  /** @param {Cell} cell @param {boolean} [quietly] without a ring around it */
  #go(cell, quietly = false) {
    this.#cell = cell;
    this.sheet.element.toggleAttribute("data-quiet", quietly);
    this.mark();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { element, total, columns, reach } = this.sheet;
    if (event.target !== element) return;
    const from = this.#from;
    const cell = stepped(from, event, { rows: total ?? 0, columns: columns.length, page: reach.whole });
    if (cell) this.#lead(cell);
    else if (from.row === HEAD_ROW && presses(event)) this.#press(from);
    else return;
    event.preventDefault();
  }

  /** @param {Cell} cell */
  #lead(cell) {
    this.#go(cell);
    this.sheet.reveal(cell);
  }

  /** @param {Cell} head */
  #press(head) {
    this.#go(head);
    this.sheet.heads.press(head.column);
  }

  /** The keys go on where a hand was; the button of a head may leave with what is drawn. @param {Element} target that was clicked */
  #point(target) {
    const { element, heads, lines } = this.sheet;
    const cell = lines.find(target) ?? heads.find(target);
    if (!cell) return;
    element.focus({ preventScroll: true });
    this.#go({ row: cell.row, column: cell.column }, cell.row === HEAD_ROW);
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
