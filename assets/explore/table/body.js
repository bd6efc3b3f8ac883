/**
 * The rows of the table that are drawn: elements of rows that leave the viewport are reused for those that enter it.
 * @import { Column } from "../types.js"
 * @import { CellPosition } from "./cell-cursor.js"
 * @import { CellRange } from "./cell-range.js"
 * @import { CellValue } from "./cell-format.js"
 * @import { IndexRange } from "../../charts/types.js"
 */
import { isInRange } from "./cell-range.js";
import { RowCells } from "./row-cells.js";
import { h, setText } from "../dom.js";

/** @typedef {(value: CellValue, column: number) => string} FormatCell */

class BodyRow {
  /** @type {number} */ #index = -1;
  #place = NaN;
  /** @type {CellValue[] | undefined} */ values = undefined;

  /** @param {Column[]} columns @param {number[]} places @param {FormatCell} formatCell */
  constructor(columns, places, formatCell) {
    this.columns = columns;
    this.places = places;
    this.formatCell = formatCell;
    this.element = h("div", { role: "row", class: "dx-virtual-table-row", "data-waiting": true });
    this.cells = new RowCells(this.element, (column) => this.#createCell(column));
  }

  /** @param {number} index @param {number} place pixels */
  placeAt(index, place) {
    if (place !== this.#place) this.element.style.transform = `translateY(${(this.#place = place)}px)`;
    if (index === this.#index) return;
    this.#index = index;
    this.element.setAttribute("aria-rowindex", String(index + 2)); // row 1 is the header
  }

  /** @param {CellValue[] | undefined} values */
  setValues(values) {
    if (values === this.values) return;
    this.values = values;
    this.element.toggleAttribute("data-waiting", !values);
    this.cells.forEachCell((cell, column) => this.#updateCell(cell, column));
  }

  /** @param {number} column */
  #createCell(column) {
    const cell = h("div", { role: "gridcell", class: "dx-cell", "data-kind": this.columns[column].kind });
    this.#updateCell(cell, column);
    return cell;
  }

  /** @param {HTMLElement} cell @param {number} column */
  #updateCell(cell, column) {
    const { values } = this;
    const value = values?.[this.places[column]];
    setText(cell, values ? this.formatCell(value, column) : "");
    cell.toggleAttribute("data-missing", value === null);
    if (cell.title) cell.title = "";
  }
}

/** @param {HTMLElement} cell @param {boolean} isSelected */
function markCell(cell, isSelected) {
  if (isSelected === cell.hasAttribute("aria-selected")) return;
  if (isSelected) cell.setAttribute("aria-selected", "true");
  else cell.removeAttribute("aria-selected");
}

export class TableBody {
  /** @type {Map<number, BodyRow>} */ #rows = new Map();
  #isMarked = false;

  /**
   * @param {HTMLElement} body @param {Column[]} columns those shown @param {number[]} places of their values in a row
   * @param {number} height of a row, pixels
   */
  constructor(body, columns, places, height) {
    this.body = body;
    this.columns = columns;
    this.places = places;
    this.rowHeight = height;
    /** @type {((value: CellValue) => string)[]} */ this.formatters = columns.map(() => String);
  }

  /**
   * @param {IndexRange} rows @param {IndexRange} columns @param {number} shift of all rows, pixels
   * @param {(index: number) => CellValue[] | undefined} getRow
   */
  drawRows({ from, to }, columns, shift, getRow) {
    const free = this.#releaseRows(from, to);
    let before = null;
    for (let index = from; index < to; index++) {
      const bodyRow = this.#rows.get(index) ?? free.pop() ?? new BodyRow(this.columns, this.places, this.#formatCell);
      bodyRow.placeAt(index, index * this.rowHeight + shift);
      bodyRow.setValues(getRow(index));
      bodyRow.cells.drawColumns(columns);
      this.#rows.set(index, bodyRow);
      this.#insertAfter(bodyRow.element, before);
      before = bodyRow.element;
    }
    for (const { element } of free) element.remove();
  }

  /** @param {CellPosition} cell @returns {HTMLElement | undefined} undefined where it is not drawn */
  getCell({ row, column }) {
    return this.#rows.get(row)?.cells.getCell(column);
  }

  /** @param {Element} target @returns {(CellPosition & { value: CellValue }) | null} null: it is no cell */
  findCell(target) {
    for (const [row, { cells, values }] of this.#rows) {
      const column = cells.findColumn(target);
      if (column >= 0) return { row, column, value: values?.[this.places[column]] };
    }
    return null;
  }

  /** Marks the selected cells among those that are drawn. @param {CellRange | null} range */
  markRange(range) {
    if (!range && !this.#isMarked) return;
    this.#isMarked = range !== null;
    for (const [row, { cells }] of this.#rows) cells.forEachCell((cell, column) => markCell(cell, isInRange(range, row, column)));
  }

  /** @type {FormatCell} */
  #formatCell = (value, column) => this.formatters[column](value);

  /** Removes the rows outside this range; returns them for reuse. @param {number} from @param {number} to @returns {BodyRow[]} */
  #releaseRows(from, to) {
    const free = [];
    for (const [index, bodyRow] of this.#rows) {
      if (index >= from && index < to) continue;
      this.#rows.delete(index);
      free.push(bodyRow);
    }
    return free;
  }

  /** Inserts an element in row order, for screen readers. @param {HTMLElement} element @param {HTMLElement | null} before */
  #insertAfter(element, before) {
    if (before ? before.nextSibling === element : this.body.firstChild === element) return;
    if (before) before.after(element);
    else this.body.prepend(element);
  }
}
