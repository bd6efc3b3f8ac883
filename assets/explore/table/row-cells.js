/**
 * The cells of one row of the table: those of the drawn columns, in column order.
 * @import { IndexRange } from "../../charts/types.js"
 */

export class RowCells {
  #from = 0;
  /** @type {HTMLElement[]} */ #cells = [];

  /** @param {HTMLElement} element the row @param {(column: number) => HTMLElement} make a cell */
  constructor(element, make) {
    this.element = element;
    this.createCell = make;
  }

  /** @param {number} column @returns {HTMLElement | undefined} undefined where it is not drawn */
  getCell(column) {
    return this.#cells[column - this.#from];
  }

  /** @param {Element} cell @returns {number} its column; -1: not a cell of this row */
  findColumn(cell) {
    const place = this.#cells.findIndex((each) => each === cell);
    return place < 0 ? -1 : this.#from + place;
  }

  /** @param {(cell: HTMLElement, column: number) => void} act */
  forEachCell(act) {
    this.#cells.forEach((cell, place) => act(cell, this.#from + place));
  }

  /** Draws these columns only; those already drawn stay as they are. @param {IndexRange} columns */
  drawColumns({ from, to }) {
    if (from === this.#from && to - from === this.#cells.length) return;
    this.forEachCell((cell, column) => (column < from || column >= to) && cell.remove());
    const cells = Array.from({ length: to - from }, (_, place) => this.getCell(from + place) ?? this.#createCell(from + place));
    cells.forEach((cell, place) => this.#insertAfter(cell, cells[place - 1]));
    this.#from = from;
    this.#cells = cells;
  }

  /** @param {number} column */
  #createCell(column) {
    const cell = this.createCell(column);
    cell.setAttribute("aria-colindex", String(column + 1));
    return cell;
  }

  /** @param {HTMLElement} cell @param {HTMLElement | undefined} before */
  #insertAfter(cell, before) {
    if (cell.parentNode === this.element) return;
    if (before) before.after(cell);
    else this.element.prepend(cell);
  }
}
