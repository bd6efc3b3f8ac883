/**
 * A table of any length and width: only its visible rows and columns are drawn.
 * @import { Column, TableState } from "../types.js"
 * @import { CellValue } from "./cell-format.js"
 * @import { ColumnWidths } from "./column-widths.js"
 */
import { measureTextWidth } from "../../charts/text-width.js";
import { getWidthSample, getColumnWidth, createFormatter } from "./cell-format.js";
import { CellCursor, HEADER_ROW } from "./cell-cursor.js";
import { h } from "../dom.js";
import { TableHeader } from "./header.js";
import { TableBody } from "./body.js";
import { VirtualScroll } from "./virtual-scroll.js";
import { ColumnLayout } from "./column-layout.js";

/** Height of a row and of the header, pixels; as in css/rows-drawer.css. */
const ROW_HEIGHT = 28;
const HEADER_HEIGHT = 32;
/** Padding left and right of the columns, pixels; less on a phone. */
const SIDE_PADDING = 12;
/** Rows drawn beyond the edges: browsers may scroll before they send an event. */
const OVERSCAN_ROWS = 8;
/** Scrolling has ended after this long without an event, milliseconds. */
const SCROLL_END_DELAY = 200;

/**
 * @typedef {object} TableCallbacks
 * @property {(column: string) => void} sortBy
 * @property {() => void} onScrollStart the user has started to scroll
 * @property {(topRow: number) => void} onScrollEnd scrolling has stopped, with this row on top
 * @property {(from: number, to: number) => void} onVisibleRows these rows are on screen
 * @property {(index: number) => CellValue[] | undefined} getRow
 */

/** @returns {(text: string) => number} the width of a text in the table, pixels */
function createTextMeasurer() {
  const { fontSize, fontFamily } = getComputedStyle(document.body);
  return (text) => measureTextWidth(text, `500 ${fontSize} ${fontFamily}`);
}

export class VirtualTable {
  scroll = new VirtualScroll(ROW_HEIGHT);
  /** Row count; null: unknown yet. @type {number | null} */ total = null;
  #scrollEndTimer = 0;
  #gridTemplate = "";
  #areColumnsFitted = false;
  /** @type {Pick<TableState, "sort" | "descending">} */ #order = { sort: null, descending: false };
  /** Of all columns, hidden ones too: widths that fit the values, and formatters. @type {number[]} */ #fittedWidths;
  /** @type {((value: CellValue) => string)[]} */ #formatters;

  /** @param {Column[]} columns @param {ColumnWidths} widths chosen ones @param {TableCallbacks} callbacks */
  constructor(columns, widths, callbacks) {
    this.allColumns = columns;
    this.columns = columns;
    /** Where the value of each shown column is in a row. */
    this.places = columns.map((_, place) => place);
    this.chosenWidths = widths;
    this.callbacks = callbacks;
    this.bodyElement = h("div", { role: "rowgroup", class: "dx-virtual-table-body" });
    this.header = this.#createHeader();
    this.body = new TableBody(this.bodyElement, columns, this.places, ROW_HEIGHT);
    const attributes = { role: "grid", class: "dx-virtual-table", tabindex: "0", "aria-label": "Rows", "aria-colcount": columns.length };
    this.element = h("div", attributes, this.header.element, this.bodyElement);
    this.observer = new ResizeObserver(() => this.#syncLayout());
    this.observer.observe(this.element);
    this.#fittedWidths = columns.map((column) => getColumnWidth(column, [], (text) => 8 * text.length));
    this.#formatters = columns.map(() => String);
    this.columnLayout = this.#createLayout();
    this.element.addEventListener("scroll", () => this.#handleScroll(), { passive: true });
    this.cursor = new CellCursor(this);
  }

  get topRow() {
    return this.scroll.topRow;
  }

  get leftColumn() {
    return this.columnLayout.findColumnAt(this.element.scrollLeft);
  }

  /** @param {TableState} table */
  showOrder(table) {
    this.#order = table;
    this.header.showOrder(table);
  }

  /** Shows all columns but these. @param {string[]} hidden names; if all are, they are shown */
  showColumns(hidden) {
    const shown = this.allColumns.flatMap(({ name }, place) => (hidden.includes(name) ? [] : [place]));
    const places = shown.length ? shown : this.allColumns.map((_, place) => place);
    if (String(places) === String(this.places)) return;
    this.places = places;
    this.columns = places.map((place) => this.allColumns[place]);
    const header = this.#createHeader();
    this.header.element.replaceWith(header.element);
    this.header = header;
    this.bodyElement.replaceChildren();
    this.body = new TableBody(this.bodyElement, this.columns, places, ROW_HEIGHT);
    this.element.setAttribute("aria-colcount", String(places.length));
    this.cursor.keepWithin(places.length);
    this.#applyColumns();
  }

  /** @param {number} column @param {number} width pixels */
  resizeColumn(column, width) {
    this.chosenWidths.setWidth(this.columns[column].name, width);
    this.#applyColumns();
  }

  /** @param {number} column @param {number} change pixels */
  resizeColumnBy(column, change) {
    this.resizeColumn(column, this.columnLayout.widths[column] + change);
  }

  /** Makes a column as wide as the values that are loaded. @param {string} name */
  fitColumn(name) {
    const place = this.allColumns.findIndex((column) => column.name === name);
    const { from, to } = this.scroll.visibleRows;
    const rows = Array.from({ length: to - from }, (_, index) => this.callbacks.getRow(from + index)).filter((row) => row !== undefined);
    if (rows.length) this.#fittedWidths[place] = this.#measureColumn(place, rows.map((row) => row[place]), createTextMeasurer());
    this.chosenWidths.resetWidth(name);
    this.#applyColumns();
  }

  /**
   * Shows other rows: their number, and some of them.
   * @param {number} total @param {CellValue[][]} rows @param {number | null} topRow row to scroll to; null: keep the position
   */
  setRows(total, rows, topRow) {
    this.total = total;
    this.element.setAttribute("aria-rowcount", String(total + 1));
    this.#fitColumns(rows);
    this.scroll.resize(total, this.#viewHeight);
    if (topRow === null) this.#syncLayout();
    else this.goToRow(topRow);
  }

  /** More of the same rows have been loaded. @param {CellValue[][]} rows some of them */
  addRows(rows) {
    this.#fitColumns(rows);
    this.draw();
  }

  /** Cancels the pending onScrollEnd. */
  cancelScrollEnd() {
    clearTimeout(this.#scrollEndTimer);
    this.#scrollEndTimer = 0;
  }

  /** Whether the user has scrolled and `onScrollEnd` is still to come. */
  get isScrolling() {
    return this.#scrollEndTimer !== 0;
  }

  /** Scrolls to a row, not by the user. @param {number} topRow */
  goToRow(topRow) {
    this.cancelScrollEnd();
    this.scroll.goToRow(topRow);
    this.cursor.followScroll();
    this.#syncLayout();
  }

  /** Scrolls as little as needed to make a cell visible, by the user. @param {import("./cell-cursor.js").CellPosition} cell */
  revealCell({ row, column }) {
    const { topRow, element, columnLayout } = this;
    const least = columnLayout.getRight(column) + 2 * SIDE_PADDING - element.clientWidth;
    element.scrollLeft = Math.min(columnLayout.getLeft(column), Math.max(element.scrollLeft, least));
    if (row !== HEADER_ROW) this.scroll.revealRow(row);
    if (topRow !== this.topRow) this.#handleUserScroll();
    this.#syncLayout();
  }

  draw() {
    const { from, to } = this.scroll.visibleRows;
    const rows = { from: Math.max(0, from - OVERSCAN_ROWS), to: Math.min(this.#rowCount, to + OVERSCAN_ROWS) };
    const columns = this.columnLayout.getDrawnColumns(this.element.scrollLeft, this.element.clientWidth);
    this.#setGridTemplate(this.columnLayout.getGridTemplate(columns));
    this.header.drawColumns(columns);
    this.body.drawRows(rows, columns, this.scroll.rowOffset, this.callbacks.getRow);
    this.cursor.updateHighlight();
    if (this.total !== null) this.callbacks.onVisibleRows(from, to);
  }

  destroy() {
    this.cancelScrollEnd();
    this.observer.disconnect();
  }

  /** The row count; while it is unknown, as many rows as are visible. */
  get #rowCount() {
    return this.total ?? Math.ceil(this.#viewHeight / ROW_HEIGHT);
  }

  get #viewHeight() {
    return Math.max(0, this.element.clientHeight - HEADER_HEIGHT);
  }

  /** Applies the scroll position to the element. */
  #syncLayout() {
    const { scroll, element, bodyElement: body } = this;
    if (!element.clientHeight) return;
    scroll.resize(this.#rowCount, this.#viewHeight);
    body.hidden = this.#rowCount === 0; // a group of rows must not be empty
    body.style.height = `${scroll.contentHeight}px`;
    if (element.scrollTop !== scroll.scrollTop) element.scrollTop = scroll.scrollTop;
    scroll.setScrollTop(element.scrollTop);
    this.draw();
  }

  /** Chooses formats and column widths from the first rows; they stay for later ones. @param {CellValue[][]} rows */
  #fitColumns(rows) {
    if (this.#areColumnsFitted || !rows.length) return;
    this.#areColumnsFitted = true;
    const measure = createTextMeasurer();
    const values = this.allColumns.map((column, place) => getWidthSample(column, rows.map((row) => row[place])));
    this.#formatters = this.allColumns.map((column, place) => createFormatter(column, values[place]));
    this.#fittedWidths = this.allColumns.map((_, place) => this.#measureColumn(place, values[place], measure));
    this.#applyColumns();
  }

  /** @param {number} place @param {CellValue[]} values @param {(text: string) => number} measure */
  #measureColumn(place, values, measure) {
    return getColumnWidth(this.allColumns[place], values.map(this.#formatters[place]), measure);
  }

  /** Applies the formats and widths of the shown columns. */
  #applyColumns() {
    this.body.formatters = this.places.map((place) => this.#formatters[place]);
    this.columnLayout = this.#createLayout();
    this.draw();
  }

  #createLayout() {
    return new ColumnLayout(this.places.map((place) => this.chosenWidths.getWidth(this.allColumns[place].name) ?? this.#fittedWidths[place]));
  }

  #createHeader() {
    const { sortBy } = this.callbacks;
    const header = new TableHeader(this.columns, {
      sortBy,
      resizeColumn: (column, width) => this.resizeColumn(column, width),
      fitColumn: (column) => this.fitColumn(this.columns[column].name),
    });
    header.showOrder(this.#order);
    return header;
  }

  /** @param {string} tracks grid template of each row */
  #setGridTemplate(tracks) {
    if (tracks === this.#gridTemplate) return;
    this.#gridTemplate = tracks;
    this.element.style.setProperty("--dx-columns", tracks);
  }

  /** Handles scrolling by the user or, after a change of height, by the browser. */
  #handleScroll() {
    if (this.scroll.resize(this.#rowCount, this.#viewHeight)) return this.#syncLayout();
    if (!this.scroll.handleScroll(this.element.scrollTop)) return this.draw(); // horizontal scroll
    this.#handleUserScroll();
    if (this.scroll.isStuck) this.#syncLayout();
    else this.draw();
  }

  /** The user has scrolled. */
  #handleUserScroll() {
    this.callbacks.onScrollStart();
    clearTimeout(this.#scrollEndTimer);
    this.#scrollEndTimer = window.setTimeout(() => this.#handleScrollEnd(), SCROLL_END_DELAY);
  }

  #handleScrollEnd() {
    this.#scrollEndTimer = 0;
    this.#syncLayout();
    this.callbacks.onScrollEnd(this.topRow);
  }
}
