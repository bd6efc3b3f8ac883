/**
 * The heads of the columns of the table, to sort by.
 * @import { Column, Table } from "./types.js"
 */
import { h, icon } from "./dom.js";

export class Heads {
  /** @param {Column[]} columns @param {(column: string) => void} sort */
  constructor(columns, sort) {
    this.columns = columns;
    this.cells = columns.map((column, index) => this.#cell(column, index, sort));
    const row = h("div", { role: "row", class: "dx-sheet-row", "aria-rowindex": "1" }, ...this.cells);
    this.element = h("div", { role: "rowgroup", class: "dx-sheet-head" }, row);
  }

  /** @param {Pick<Table, "sort" | "descending">} table */
  render({ sort, descending }) {
    this.columns.forEach(({ name }, index) => {
      const order = name !== sort ? "none" : descending ? "descending" : "ascending";
      this.cells[index].setAttribute("aria-sort", order);
    });
  }

  /** @param {Column} column @param {number} index @param {(column: string) => void} sort */
  #cell({ name, label, kind }, index, sort) {
    const button = h("button", { type: "button", title: `Sort by ${label}`, onclick: () => sort(name) }, h("span", {}, label), icon("sort"));
    const attributes = { role: "columnheader", class: "dx-cell", "aria-colindex": index + 1, "data-kind": kind, "aria-sort": "none" };
    return h("div", attributes, button);
  }
}
