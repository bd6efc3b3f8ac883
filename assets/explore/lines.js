/**
 * The lines of rows that are drawn: those that leave the view become those that come into it.
 * @import { Column } from "./types.js"
 * @import { Cell } from "./cursor.js"
 * @import { Value } from "./cells.js"
 */
import { h, setText } from "./dom.js";

/** The id of the cell that the keys have led to. */
export const CURSOR = "dx-cursor";

class Line {
  /** @type {number} */ #index = -1;
  #place = NaN;
  /** @type {Value[] | undefined} */ values = undefined;

  /** @param {Column[]} columns */
  constructor(columns) {
    this.cells = columns.map(({ kind }, index) =>
      h("div", { role: "gridcell", class: "dx-cell", "aria-colindex": index + 1, "data-kind": kind }));
    this.element = h("div", { role: "row", class: "dx-sheet-row", "data-waiting": true }, ...this.cells);
  }

  /** @param {number} index @param {number} place pixels */
  stand(index, place) {
    if (place !== this.#place) this.element.style.transform = `translateY(${(this.#place = place)}px)`;
    if (index === this.#index) return;
    this.#index = index;
    this.element.setAttribute("aria-rowindex", String(index + 2)); // the first is the head
  }

  /** @param {Value[] | undefined} values @param {((value: Value) => string)[]} writers */
  write(values, writers) {
    if (values === this.values) return;
    this.values = values;
    this.element.toggleAttribute("data-waiting", !values);
    this.cells.forEach((cell, column) => {
      setText(cell, values ? writers[column](values[column]) : "");
      cell.toggleAttribute("data-missing", values?.[column] === null);
      if (cell.title) cell.title = "";
    });
  }
}

export class Lines {
  /** @type {Map<number, Line>} */ #lines = new Map();
  /** @type {HTMLElement | null} */ #cursor = null;

  /** @param {HTMLElement} body @param {Column[]} columns @param {number} height of a line, pixels */
  constructor(body, columns, height) {
    this.body = body;
    this.columns = columns;
    this.height = height;
    /** @type {((value: Value) => string)[]} */ this.writers = columns.map(() => String);
  }

  /**
   * @param {number} from @param {number} to not itself @param {number} shift of all lines, pixels
   * @param {(index: number) => Value[] | undefined} row
   */
  draw(from, to, shift, row) {
    const free = this.#free(from, to);
    let before = null;
    for (let index = from; index < to; index++) {
      const line = this.#lines.get(index) ?? free.pop() ?? new Line(this.columns);
      line.stand(index, index * this.height + shift);
      line.write(row(index), this.writers);
      this.#lines.set(index, line);
      this.#follow(line.element, before);
      before = line.element;
    }
    for (const { element } of free) element.remove();
  }

  /** The cell of the keys, where it is drawn. @param {Cell | null} cell @returns {HTMLElement | undefined} */
  mark(cell) {
    const next = cell ? this.#lines.get(cell.row)?.cells[cell.column] : undefined;
    if (next !== this.#cursor) this.#cursor?.removeAttribute("id");
    if (next) next.id = CURSOR;
    this.#cursor = next ?? null;
    return next;
  }

  /** @param {Element} target @returns {(Cell & { value: Value, element: HTMLElement }) | null} the cell that it is in */
  find(target) {
    for (const [row, { cells, values }] of this.#lines) {
      const column = cells.findIndex((cell) => cell === target);
      if (column >= 0) return { row, column, value: values?.[column], element: cells[column] };
    }
    return null;
  }

  /** Lets go of the lines outside; those that may be drawn anew. @param {number} from @param {number} to @returns {Line[]} */
  #free(from, to) {
    const free = [];
    for (const [index, line] of this.#lines) {
      if (index >= from && index < to) continue;
      this.#lines.delete(index);
      free.push(line);
    }
    return free;
  }

  /** In the order of rows, for who has them read out. @param {HTMLElement} element @param {HTMLElement | null} before */
  #follow(element, before) {
    if (before ? before.nextSibling === element : this.body.firstChild === element) return;
    if (before) before.after(element);
    else this.body.prepend(element);
  }
}
