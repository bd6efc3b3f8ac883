/**
 * The rows drawer: a table of the rows that pass all committed filters.
 * @import { DataClient } from "../data-client.js"
 * @import { RowsResponse, RowsQuery } from "./row-batches.js"
 * @import { DatasetDescription, Exploration, TableState, TableRequest } from "../types.js"
 */
import { RowBatches, createRowsQuery } from "./row-batches.js";
import { RequestFailedError } from "../data-client.js";
import { h } from "../dom.js";
import { RowsDrawerBar, DrawerMessage } from "./rows-drawer-bar.js";
import { MAX_SORTED_ROWS, csvUrl, createTableRequest } from "../requests.js";
import { VirtualTable } from "./virtual-table.js";
import { ColumnWidths } from "./column-widths.js";
import { ColumnsMenu } from "./columns-menu.js";
import { listenToCopy } from "./copy-cells.js";
import { ResizeHandle } from "./resize-handle.js";
import { formatOrder } from "../view-text.js";

/** Commits within this time are requested once, milliseconds. */
const REQUEST_DELAY = 60;
/** The table of a growing dataset is refreshed no faster than this, milliseconds. */
const REFRESH_INTERVAL = 2000;

/**
 * @typedef {object} DrawerCallbacks
 * @property {(column: string) => void} sortBy
 * @property {() => void} onScrollStart the user has started to scroll
 * @property {(at: number) => void} onScrollEnd scrolling has stopped, with this row on top
 * @property {(hidden: string[]) => void} hideColumns
 * @property {(message: string) => void} onCopied cells have been copied
 * @property {() => void} closeDrawer
 * @property {() => void} clearFilters
 * @property {(error: Error) => void} onError errors that concern more than the table
 */

export class RowsDrawer {
  /** @type {Exploration | null} */ #exploration = null;
  /** The last one with the table open. @type {Exploration | undefined} */ lastOpen = undefined;
  /** @type {TableState | null} */ #tableState = null;
  /** Filters and order, as committed. */ #requestKey = "";
  #requestTimer = 0;
  #refreshTimer = 0;
  #renewedAt = -Infinity;
  #isBrushing = false;
  /** @type {Error | null} */ #failure = null;

  /** @param {DataClient} client @param {DatasetDescription} description @param {DrawerCallbacks} callbacks */
  constructor(client, description, callbacks) {
    this.description = description;
    this.callbacks = callbacks;
    this.batches = new RowBatches(client, {
      onReplaced: (answer, before) => this.#showRows(answer, before),
      onLoaded: ({ rows }) => this.virtualTable.addRows(rows),
      onFailure: (error) => this.#handleFailure(error),
    });
    this.virtualTable = new VirtualTable(description.columns, new ColumnWidths(description.slug), {
      ...callbacks,
      onVisibleRows: (from, to) => this.#handleVisibleRows(from, to),
      getRow: (index) => this.batches.getRow(index),
    });
    this.columnsMenu = new ColumnsMenu(description.columns, { hideColumns: callbacks.hideColumns, fitColumn: (name) => this.virtualTable.fitColumn(name) });
    this.bar = new RowsDrawerBar(callbacks.closeDrawer, (button) => this.columnsMenu.open(button, null));
    listenToCopy(this.virtualTable, callbacks.onCopied);
    this.virtualTable.element.addEventListener("contextmenu", (event) => this.#openHeaderMenu(event));
    this.message = new DrawerMessage({ ...callbacks, retry: () => this.#requestRows() });
    const attributes = { class: "dx-drawer", id: "dx-drawer", "aria-label": "Matching rows", hidden: true };
    this.element = h("section", attributes, this.bar.element, this.virtualTable.element, this.message.element, this.columnsMenu.element);
    this.element.prepend(new ResizeHandle(this.element).element);
  }

  /** @param {Exploration} exploration as committed */
  render(exploration) {
    const before = this.#tableState;
    this.#exploration = exploration;
    this.#tableState = exploration.table ?? null;
    if (this.#tableState) this.lastOpen = exploration;
    this.#isBrushing = false;
    this.#setOpen(this.#tableState !== null);
    if (this.#tableState) this.#applyExploration(exploration, this.#tableState, before);
    this.#updateStatus();
  }

  /** A brush moves: the rows are updated once it is committed. */
  showBrushing() {
    if (this.#isBrushing || !this.#tableState) return;
    this.#isBrushing = true;
    this.#updateStatus();
  }

  /** Reloads the rows if the dataset has grown since they were requested. */
  refreshIfGrown() {
    const { isCurrent: current, shown } = this.batches;
    const waits = !current && !this.#failure;
    if (!this.#tableState || this.#refreshTimer || waits || shown?.rows === this.description.rows) return;
    const early = Math.max(0, this.#renewedAt + REFRESH_INTERVAL - performance.now());
    this.#refreshTimer = window.setTimeout(() => this.#requestRows(), early);
  }

  focus() {
    this.virtualTable.element.focus({ preventScroll: true });
  }

  destroy() {
    this.#setOpen(false);
    clearTimeout(this.#requestTimer);
    clearTimeout(this.#refreshTimer);
    this.virtualTable.destroy();
  }

  /** @param {boolean} open */
  #setOpen(open) {
    this.element.hidden = !open;
    document.documentElement.toggleAttribute("data-drawer", open);
  }

  /** @param {Exploration} exploration @param {TableState} table @param {TableState | null} before */
  #applyExploration(exploration, table, before) {
    const request = JSON.stringify(createTableRequest(exploration));
    const other = request !== this.#requestKey;
    this.#requestKey = request;
    this.virtualTable.showColumns(table.hidden ?? []);
    this.columnsMenu.showHidden(table.hidden ?? []);
    this.bar.showHiddenCount(table.hidden?.length ?? 0);
    this.virtualTable.showOrder(table);
    this.bar.showOrder(formatOrder(table, this.description));
    const isBack = other && this.batches.shown?.request === request; // undone before other rows came
    if (!before || isBack) this.virtualTable.goToRow(table.at);
    if (other) this.virtualTable.cancelScrollEnd();
    if (other || !before) this.#scheduleRequest();
    else if (table.at !== before.at && table.at !== this.virtualTable.topRow) this.virtualTable.goToRow(table.at);
  }

  /** Opens the menu of a column on its header, by pointer or by the keyboard's menu key. @param {MouseEvent} event */
  #openHeaderMenu(event) {
    const { header, cursor, columns, element } = this.virtualTable;
    const target = /** @type {Element} */ (event.target);
    const column = header.findCell(target)?.column ?? (target === element ? cursor.headerColumn : -1);
    const cell = header.getCell(column);
    if (!cell) return;
    event.preventDefault();
    this.columnsMenu.open(cell, columns[column]);
  }

  #scheduleRequest() {
    clearTimeout(this.#requestTimer);
    this.#requestTimer = window.setTimeout(() => this.#requestRows(), this.batches.shown ? REQUEST_DELAY : 0);
  }

  #requestRows() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = 0;
    if (!this.#exploration || !this.#tableState) return;
    this.#failure = null;
    const { visibleRows: seen, wholeRowCount: whole } = this.virtualTable.scroll;
    const from = this.batches.shown?.request === this.#requestKey ? seen.from : this.#tableState.at;
    this.batches.requestRows(createRowsQuery(this.description, createTableRequest(this.#exploration)), from, from + whole + 2); // two of them partly visible
    this.virtualTable.draw();
    this.#updateStatus();
  }

  /** Shows other rows; if they are the same and more, the table keeps its position. @param {RowsResponse} answer @param {RowsQuery | null} before */
  #showRows({ total, rows }, before) {
    if (!this.#exploration || !this.#tableState) return;
    const same = before?.request === this.#requestKey;
    this.#renewedAt = performance.now();
    this.virtualTable.setRows(total, rows, same ? null : this.#tableState.at);
    this.#updateDownload(createTableRequest(this.#exploration), total);
    this.#updateStatus();
    this.refreshIfGrown();
  }

  /** @param {TableRequest} request @param {number} total */
  #updateDownload(request, total) {
    this.bar.setDownload(csvUrl(this.description, request, total), request.sort !== null && total > MAX_SORTED_ROWS);
  }

  /** @param {number} from @param {number} to exclusive */
  #handleVisibleRows(from, to) {
    this.bar.showRange(from, to, this.batches.total);
    this.batches.loadAround(from, to);
  }

  /** @param {Error} error */
  #handleFailure(error) {
    if (!(error instanceof RequestFailedError)) return this.callbacks.onError(error);
    this.#failure = error;
    this.#renewedAt = performance.now();
    this.#updateStatus();
  }

  get #status() {
    if (this.#failure) return "failed";
    if (!this.batches.shown) return "loading";
    if (this.#isBrushing) return "moving";
    if (this.batches.shown.request !== this.#requestKey) return "stale";
    return this.batches.total ? "exact" : "empty";
  }

  #updateStatus() {
    const status = this.#status;
    if (status === this.element.dataset.status) return;
    this.element.dataset.status = status;
    const within = this.message.element.contains(document.activeElement);
    if (this.#failure) this.message.showFailure(this.#failure);
    else if (status === "empty") this.message.showEmpty(Object.keys(this.#exploration?.filters ?? {}).length > 0);
    else this.message.clearMessage();
    if (within) this.focus(); // the button that had the focus is gone
  }
}
