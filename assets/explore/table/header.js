/**
 * The header of the table, to sort by its columns.
 * @import { Column, TableState } from "../types.js"
 * @import { CellPosition } from "./cell-cursor.js"
 * @import { IndexRange } from "../../charts/types.js"
 */
import { RowCells } from "./row-cells.js";
import { HEADER_ROW } from "./cell-cursor.js";
import { h, createIcon } from "../dom.js";

/**
 * @typedef {object} HeaderActions
 * @property {(column: string) => void} sortBy
 * @property {(column: number, width: number) => void} resizeColumn
 * @property {(column: number) => void} fitColumn makes it as wide as its values
 */

export class TableHeader {
  /** @type {Pick<TableState, "sort" | "descending">} */ #order = { sort: null, descending: false };

  /** @param {Column[]} columns those shown @param {HeaderActions} actions */
  constructor(columns, actions) {
    this.columns = columns;
    this.actions = actions;
    const row = h("div", { role: "row", class: "dx-virtual-table-row", "aria-rowindex": "1" });
    this.cells = new RowCells(row, (column) => this.#createCell(column));
    this.element = h("div", { role: "rowgroup", class: "dx-virtual-table-head" }, row);
  }

  /** @param {Pick<TableState, "sort" | "descending">} order */
  showOrder(order) {
    this.#order = order;
    this.cells.forEachCell((cell, column) => this.#updateCell(cell, column));
  }

  /** @param {IndexRange} columns */
  drawColumns(columns) {
    this.cells.drawColumns(columns);
  }

  /** @param {number} column @returns {HTMLElement | undefined} undefined where it is not drawn */
  getCell(column) {
    return this.cells.getCell(column);
  }

  /** @param {number} column */
  sortByColumn(column) {
    this.actions.sortBy(this.columns[column].name);
  }

  /** @param {Element} target @returns {CellPosition | null} the header cell that contains it */
  findCell(target) {
    const head = target.closest("[role=columnheader]");
    return head && { row: HEADER_ROW, column: this.cells.findColumn(head) };
  }

  /** @param {number} column */
  #createCell(column) {
    const { label, kind } = this.columns[column];
    const attributes = { type: "button", tabindex: "-1", title: `Sort by ${label}`, onclick: () => this.sortByColumn(column) };
    const button = h("button", attributes, h("span", {}, label), createIcon("sort"));
    const resize = (/** @type {PointerEvent} */ event) => this.#startResize(event, column);
    const edge = h("div", { class: "dx-column-edge", "aria-hidden": "true", onpointerdown: resize, ondblclick: () => this.actions.fitColumn(column) });
    const cell = h("div", { role: "columnheader", class: "dx-cell", "data-kind": kind }, button, edge);
    this.#updateCell(cell, column);
    return cell;
  }

  /** @param {PointerEvent} start on the right edge of a header cell @param {number} column */
  #startResize(start, column) {
    if (start.button) return;
    const edge = /** @type {HTMLElement} */ (start.currentTarget);
    const width = this.getCell(column)?.offsetWidth ?? 0;
    const handleMove = (/** @type {PointerEvent} */ { clientX }) => this.actions.resizeColumn(column, width + clientX - start.clientX);
    edge.setPointerCapture(start.pointerId);
    edge.addEventListener("pointermove", handleMove);
    edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", handleMove), { once: true });
  }

  /** @param {HTMLElement} cell @param {number} column */
  #updateCell(cell, column) {
    const { sort, descending } = this.#order;
    const order = this.columns[column].name !== sort ? "none" : descending ? "descending" : "ascending";
    cell.setAttribute("aria-sort", order);
  }
}
