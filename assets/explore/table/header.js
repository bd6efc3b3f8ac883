/**
 * The heads of the columns of the table, to sort by.
 * @import { Column, Table } from "../types.js"
 * @import { Cell } from "./cell-cursor.js"
 * @import { Range } from "./column-layout.js"
 */
import { Band } from "./row-cells.js";
import { HEAD_ROW } from "./cell-cursor.js";
import { h, icon } from "../dom.js";

export class Heads {
  /** @type {Pick<Table, "sort" | "descending">} */ #order = { sort: null, descending: false };

  /** @param {Column[]} columns @param {(column: string) => void} sort */
  constructor(columns, sort) {
    this.columns = columns;
    this.sort = sort;
    const row = h("div", { role: "row", class: "dx-sheet-row", "aria-rowindex": "1" });
    this.band = new Band(row, (column) => this.#cell(column));
    this.element = h("div", { role: "rowgroup", class: "dx-sheet-head" }, row);
  }

  /** @param {Pick<Table, "sort" | "descending">} order */
  render(order) {
    this.#order = order;
    this.band.each((cell, column) => this.#say(cell, column));
  }

  /** @param {Range} columns */
  draw(columns) {
    this.band.draw(columns);
  }

  /** @param {number} column @returns {HTMLElement | undefined} undefined where it is not drawn */
  cell(column) {
    return this.band.cell(column);
  }

  /** @param {number} column */
  press(column) {
    this.sort(this.columns[column].name);
  }

  /** @param {Element} target @returns {Cell | null} the head that it is in */
  find(target) {
    const head = target.closest("[role=columnheader]");
    return head && { row: HEAD_ROW, column: this.band.find(head) };
  }

  /** @param {number} column */
  #cell(column) {
    const { label, kind } = this.columns[column];
    const attributes = { type: "button", tabindex: "-1", title: `Sort by ${label}`, onclick: () => this.press(column) };
    const button = h("button", attributes, h("span", {}, label), icon("sort"));
    const cell = h("div", { role: "columnheader", class: "dx-cell", "data-kind": kind }, button);
    this.#say(cell, column);
    return cell;
  }

  /** @param {HTMLElement} cell @param {number} column */
  #say(cell, column) {
    const { sort, descending } = this.#order;
    const order = this.columns[column].name !== sort ? "none" : descending ? "descending" : "ascending";
    cell.setAttribute("aria-sort", order);
  }
}
