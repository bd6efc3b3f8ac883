/**
 * The lines of rows that are drawn: those that leave the view become those that come into it.
 * @import { Column } from "../types.js"
 * @import { Cell } from "./cell-cursor.js"
 * @import { Value } from "./cell-format.js"
 * @import { Range } from "./column-layout.js"
 */
import { Band } from "./row-cells.js";
import { h, setText } from "../dom.js";

/** @typedef {(value: Value, column: number) => string} Tell */

class Line {
  /** @type {number} */ #index = -1;
  #place = NaN;
  /** @type {Value[] | undefined} */ values = undefined;

  /** @param {Column[]} columns @param {Tell} tell */
  constructor(columns, tell) {
    this.columns = columns;
    this.tell = tell;
    this.element = h("div", { role: "row", class: "dx-sheet-row", "data-waiting": true });
    this.band = new Band(this.element, (column) => this.#cell(column));
  }

  /** @param {number} index @param {number} place pixels */
  stand(index, place) {
    if (place !== this.#place) this.element.style.transform = `translateY(${(this.#place = place)}px)`;
    if (index === this.#index) return;
    this.#index = index;
    this.element.setAttribute("aria-rowindex", String(index + 2)); // the first is the head
  }

  /** @param {Value[] | undefined} values */
  write(values) {
    if (values === this.values) return;
    this.values = values;
    this.element.toggleAttribute("data-waiting", !values);
    this.band.each((cell, column) => this.#say(cell, column));
  }

  /** @param {number} column */
  #cell(column) {
    const cell = h("div", { role: "gridcell", class: "dx-cell", "data-kind": this.columns[column].kind });
    this.#say(cell, column);
    return cell;
  }

  /** @param {HTMLElement} cell @param {number} column */
  #say(cell, column) {
    const { values } = this;
    setText(cell, values ? this.tell(values[column], column) : "");
    cell.toggleAttribute("data-missing", values?.[column] === null);
    if (cell.title) cell.title = "";
  }
}

export class Lines {
  /** @type {Map<number, Line>} */ #lines = new Map();

  /** @param {HTMLElement} body @param {Column[]} columns @param {number} height of a line, pixels */
  constructor(body, columns, height) {
    this.body = body;
    this.columns = columns;
    this.height = height;
    /** @type {((value: Value) => string)[]} */ this.writers = columns.map(() => String);
  }

  /**
   * @param {Range} rows @param {Range} columns @param {number} shift of all lines, pixels
   * @param {(index: number) => Value[] | undefined} row
   */
  draw({ from, to }, columns, shift, row) {
    const free = this.#free(from, to);
    let before = null;
    for (let index = from; index < to; index++) {
      const line = this.#lines.get(index) ?? free.pop() ?? new Line(this.columns, this.#tell);
      line.stand(index, index * this.height + shift);
      line.write(row(index));
      line.band.draw(columns);
      this.#lines.set(index, line);
      this.#follow(line.element, before);
      before = line.element;
    }
    for (const { element } of free) element.remove();
  }

  /** @param {Cell} cell @returns {HTMLElement | undefined} undefined where it is not drawn */
  cell({ row, column }) {
    return this.#lines.get(row)?.band.cell(column);
  }

  /** @param {Element} target @returns {(Cell & { value: Value }) | null} the cell that it is */
  find(target) {
    for (const [row, { band, values }] of this.#lines) {
      const column = band.find(target);
      if (column >= 0) return { row, column, value: values?.[column] };
    }
    return null;
  }

  /** @type {Tell} */
  #tell = (value, column) => this.writers[column](value);

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
