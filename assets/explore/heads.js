/**
 * The heads of the columns of the table, to sort by.
 * @import { Column, Table } from "./types.js"
 * @import { Range } from "./widths.js"
 */
import { Band } from "./band.js";
import { h, icon } from "./dom.js";

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

  /** @param {number} column */
  #cell(column) {
    const { name, label, kind } = this.columns[column];
    const onclick = () => this.sort(name);
    const button = h("button", { type: "button", title: `Sort by ${label}`, onclick }, h("span", {}, label), icon("sort"));
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
