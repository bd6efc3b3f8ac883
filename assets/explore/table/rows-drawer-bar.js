/** The bar above the table of rows, and the message over the table while it is empty. */
import { h, createIcon, createIconButton, setText, createTextButton } from "../dom.js";
import { formatPreciseNumber } from "../number-format.js";
import { MAX_SORTED_ROWS } from "../requests.js";

/** @typedef {{ closeDrawer(): void, clearFilters(): void, retry(): void }} MessageActions */

export class RowsDrawerBar {
  /** @param {() => void} close @param {(button: HTMLElement) => void} openColumns */
  constructor(close, openColumns) {
    this.range = h("h2", { class: "dx-range" }, "Rows");
    this.order = h("span", { class: "dx-order" });
    this.csvNote = h("span", { class: "dx-csv-about", id: "dx-csv-about", hidden: true });
    const attributes = { class: "dx-quiet-button dx-labelled", download: true, title: "Download all matching rows", "aria-describedby": this.csvNote.id };
    this.csv = h("a", attributes, createIcon("download"), h("span", {}, "Download CSV"));
    const closeButton = createIconButton("close", "Close rows (R)", close);
    this.columns = h("button", { type: "button", class: "dx-quiet-button dx-labelled", title: "Choose the columns of the table", "aria-haspopup": "true", onclick: () => openColumns(this.columns) }, createIcon("columns"), h("span", {}, "Columns"));
    this.element = h("header", { class: "dx-drawer-bar" }, this.range, this.order, this.csvNote, this.columns, this.csv, closeButton);
  }

  /** @param {number} from @param {number} to exclusive @param {number} total */
  showRange(from, to, total) {
    setText(this.range, total ? `Rows ${formatPreciseNumber(from + 1)}–${formatPreciseNumber(to)} of ${formatPreciseNumber(total)}` : "No rows");
  }

  /** @param {string} description */
  showOrder(description) {
    setText(this.order, description);
  }

  /** @param {number} hidden how many columns are hidden */
  showHiddenCount(hidden) {
    setText(/** @type {HTMLElement} */ (this.columns.lastElementChild), hidden ? `Columns (${hidden} hidden)` : "Columns");
  }

  /** @param {string} url @param {boolean} unsorted whether the rows are sorted and the file is not */
  setDownload(url, unsorted) {
    this.csv.href = url;
    this.csvNote.hidden = !unsorted;
    setText(this.csvNote, unsorted ? `The CSV is not sorted: more than ${formatPreciseNumber(MAX_SORTED_ROWS)} rows` : "");
  }
}

export class DrawerMessage {
  /** @param {MessageActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.element = h("div", { class: "dx-drawer-note", role: "status" });
  }

  clearMessage() {
    this.element.replaceChildren();
  }

  /** @param {Error} error */
  showFailure({ message }) {
    this.element.replaceChildren(message, createTextButton("Try again", this.actions.retry));
  }

  /** @param {boolean} filtered */
  showEmpty(filtered) {
    const clear = createTextButton("Clear filters", this.actions.clearFilters);
    this.element.replaceChildren(...(filtered ? ["No rows match these filters.", clear] : ["No rows yet."]));
  }
}
