/**
 * The cells of one row of the table: those of the columns that are drawn, in the order of columns.
 * @import { Range } from "./column-layout.js"
 */

export class Band {
  #from = 0;
  /** @type {HTMLElement[]} */ #cells = [];

  /** @param {HTMLElement} element the row @param {(column: number) => HTMLElement} make a cell */
  constructor(element, make) {
    this.element = element;
    this.make = make;
  }

  /** @param {number} column @returns {HTMLElement | undefined} undefined where it is not drawn */
  cell(column) {
    return this.#cells[column - this.#from];
  }

  /** @param {Element} cell @returns {number} its column; -1: it is not one of these */
  find(cell) {
    const place = this.#cells.findIndex((each) => each === cell);
    return place < 0 ? -1 : this.#from + place;
  }

  /** @param {(cell: HTMLElement, column: number) => void} act */
  each(act) {
    this.#cells.forEach((cell, place) => act(cell, this.#from + place));
  }

  /** Draws these columns alone; what is drawn already stays as it is. @param {Range} columns */
  draw({ from, to }) {
    if (from === this.#from && to - from === this.#cells.length) return;
    this.each((cell, column) => (column < from || column >= to) && cell.remove());
    const cells = Array.from({ length: to - from }, (_, place) => this.cell(from + place) ?? this.#place(from + place));
    cells.forEach((cell, place) => this.#follow(cell, cells[place - 1]));
    this.#from = from;
    this.#cells = cells;
  }

  /** @param {number} column */
  #place(column) {
    const cell = this.make(column);
    cell.setAttribute("aria-colindex", String(column + 1));
    return cell;
  }

  /** @param {HTMLElement} cell @param {HTMLElement | undefined} before */
  #follow(cell, before) {
    if (cell.parentNode === this.element) return;
    if (before) before.after(cell);
    else this.element.prepend(cell);
  }
}
