/**
 * The cell of the table selected by keyboard, and the tooltip of the one under the pointer.
 * @import { VirtualTable } from "./virtual-table.js"
 * @import { CellRange } from "./cell-range.js"
 */
import { createRange } from "./cell-range.js";

/** The id of the highlighted cell. */
const CURSOR_ID = "dx-cursor";

/** @typedef {{ row: number, column: number }} CellPosition */

/** The row index of the header. */
export const HEADER_ROW = -1;

/** @typedef {{ rows: number, columns: number, page: number }} GridSize how many rows and columns there are, and how many rows fit on the screen */

/** @type {Record<string, (cell: CellPosition, size: GridSize, all: boolean) => CellPosition>} */
const KEY_STEPS = {
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
const clampIndex = (value, first, count) => Math.max(first, Math.min(count - 1, value));

/**
 * @param {CellPosition} cell @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">} event @param {GridSize} size
 * @returns {CellPosition | null} null: not a key of the table
 */
export function moveByKey(cell, { key, ctrlKey, metaKey, altKey }, size) {
  if (altKey || !Object.hasOwn(KEY_STEPS, key)) return null;
  const { row, column } = KEY_STEPS[key](cell, size, ctrlKey || metaKey);
  return { row: clampIndex(row, HEADER_ROW, size.rows), column: clampIndex(column, 0, size.columns) };
}

/** Whether a key activates a button. @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat">} event */
const isActivationKey = ({ key, ctrlKey, metaKey, altKey, repeat }) => (key === "Enter" || key === " ") && !(ctrlKey || metaKey || altKey || repeat);

/** How far a key moves the edge of a column, pixels. @type {Record<string, number>} */
const RESIZE_STEPS = { ArrowLeft: -16, ArrowRight: 16 };

export class CellCursor {
  /** @type {CellPosition | null} */ #position = null;
  /** Where a selection of several cells starts. @type {CellPosition | null} */ #anchor = null;
  /** @type {HTMLElement | undefined} */ #highlighted = undefined;

  /** @param {VirtualTable} table */
  constructor(table) {
    this.table = table;
    const { element } = table;
    element.addEventListener("keydown", (event) => this.#handleKey(event));
    element.addEventListener("focus", () => this.#moveTo(this.#currentPosition));
    element.addEventListener("click", ({ target, shiftKey }) => this.#handleClick(/** @type {Element} */ (target), shiftKey));
    element.addEventListener("pointerdown", (event) => event.shiftKey && event.preventDefault()); // no text is selected
    element.addEventListener("pointerover", ({ target }) => this.#updateTooltip(/** @type {HTMLElement} */ (target)));
  }

  /** The selected cells, or the one at the cursor. @returns {CellRange | null} null: none of the body */
  get range() {
    const { row } = this.#position ?? { row: HEADER_ROW };
    return this.#position && row !== HEADER_ROW ? createRange(this.#anchor ?? this.#position, this.#position) : null;
  }

  /** The column whose header cell the cursor is on. @returns {number} -1: it is elsewhere */
  get headerColumn() {
    return this.#position?.row === HEADER_ROW ? this.#position.column : -1;
  }

  /** Other columns are shown: the cursor stays within them. @param {number} count */
  keepWithin(count) {
    this.#anchor = null;
    if (this.#position) this.#position = { ...this.#position, column: Math.min(this.#position.column, count - 1) };
  }

  /** Highlights the cell once it is drawn; screen readers can only be pointed to elements that exist. */
  updateHighlight() {
    const { element } = this.table;
    this.table.body.markRange(this.#anchor ? this.range : null);
    const next = this.#drawnElement;
    if (next !== this.#highlighted) this.#highlighted?.removeAttribute("id");
    this.#highlighted = next;
    if (!next) return element.removeAttribute("aria-activedescendant");
    next.id = CURSOR_ID;
    element.setAttribute("aria-activedescendant", CURSOR_ID);
  }

  /** The table was scrolled to other rows: the cursor moves there, in the same column. */
  followScroll() {
    this.#anchor = null;
    if (this.#position && this.#position.row !== HEADER_ROW) this.#position = { ...this.#position, row: this.table.topRow };
  }

  /** The cell or header cell at the cursor; a header cell exposes its sort order, its button doesn't. @returns {HTMLElement | undefined} */
  get #drawnElement() {
    const { header, body } = this.table;
    if (!this.#position) return undefined;
    return this.#position.row === HEADER_ROW ? header.getCell(this.#position.column) : body.getCell(this.#position);
  }

  /** The position of the cursor; in the header if there are no rows. @returns {CellPosition} */
  get #currentPosition() {
    const { topRow: at, total } = this.table;
    const { row, column } = this.#position ?? { row: at, column: this.table.leftColumn };
    return { row: Math.min(row, (total ?? Infinity) - 1), column };
  }

  /**
   * @param {CellPosition} cell @param {CellPosition | null} [anchor] from which on cells are selected
   * @param {boolean} [quietly] without a focus ring
   */
  #moveTo(cell, anchor = null, quietly = false) {
    this.#position = cell;
    this.#anchor = anchor;
    this.table.element.toggleAttribute("data-quiet", quietly);
    this.updateHighlight();
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const { element, total, columns, scroll } = this.table;
    if (event.target !== element) return;
    const from = this.#currentPosition;
    if (this.#handleSelectionKey(event, from)) return event.preventDefault();
    const cell = moveByKey(from, event, { rows: total ?? 0, columns: columns.length, page: scroll.wholeRowCount });
    if (cell) {
      this.#moveTo(cell, event.shiftKey ? this.#findAnchor(cell) : null);
      this.table.revealCell(cell);
    } else if (from.row === HEADER_ROW && isActivationKey(event)) this.#pressHeader(from);
    else return;
    event.preventDefault();
  }

  /** Keys that select several cells, or move the edge of a column. @param {KeyboardEvent} event @param {CellPosition} from @returns {boolean} */
  #handleSelectionKey({ key, shiftKey, ctrlKey, metaKey, altKey }, from) {
    const { columns, scroll: { visibleRows }, total } = this.table;
    if (altKey) return false;
    if (from.row === HEADER_ROW) {
      const isResized = shiftKey && Object.hasOwn(RESIZE_STEPS, key);
      if (isResized) this.table.resizeColumnBy(from.column, RESIZE_STEPS[key]);
      return isResized;
    }
    if (shiftKey && key === " ") this.#moveTo({ row: from.row, column: columns.length - 1 }, { row: from.row, column: 0 });
    else if ((ctrlKey || metaKey) && key.toLowerCase() === "a")
      this.#moveTo({ row: Math.min(visibleRows.to, total ?? 0) - 1, column: columns.length - 1 }, { row: visibleRows.from, column: 0 });
    else return false;
    return true;
  }

  /** Where a selection that is extended to a cell starts. @param {CellPosition} cell @returns {CellPosition | null} null: nowhere in the body */
  #findAnchor(cell) {
    return this.range && cell.row !== HEADER_ROW ? (this.#anchor ?? this.#currentPosition) : null;
  }

  /** @param {CellPosition} position in the header */
  #pressHeader(position) {
    this.#moveTo(position);
    this.table.header.sortByColumn(position.column);
  }

  /**
   * Moves the cursor to the clicked cell; the button of a header cell may be removed when the table is redrawn.
   * @param {Element} target that was clicked @param {boolean} isExtended whether the cells from the cursor on are selected
   */
  #handleClick(target, isExtended) {
    const { element, header, body } = this.table;
    const found = body.findCell(target) ?? header.findCell(target);
    if (!found) return;
    const cell = { row: found.row, column: found.column };
    element.focus({ preventScroll: true });
    this.#moveTo(cell, isExtended ? this.#findAnchor(cell) : null, cell.row === HEADER_ROW);
  }

  /** Shows a truncated text or a rounded number in full as a tooltip. @param {HTMLElement} element under the pointer */
  #updateTooltip(element) {
    const found = this.table.body.findCell(element);
    if (!found) return;
    const { value } = found;
    const cut = element.scrollWidth > element.clientWidth;
    element.title = typeof value === "number" && element.dataset.kind === "number" ? String(value) : cut ? String(element.textContent) : "";
  }
}
