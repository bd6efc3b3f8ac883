/** What stands above the table of rows, and over it while it has nothing to show. */
import { h, icon, iconButton, setText, textButton } from "../dom.js";
import { number } from "../number-format.js";
import { MOST_SORTED } from "../requests.js";

/** @typedef {{ close(): void, clearFilters(): void, retry(): void }} Doings */

export class DrawerBar {
  /** @param {() => void} close */
  constructor(close) {
    this.range = h("h2", { class: "dx-range" }, "Rows");
    this.order = h("span", { class: "dx-order" });
    this.about = h("span", { class: "dx-csv-about", id: "dx-csv-about", hidden: true });
    const attributes = { class: "dx-quiet-button dx-labelled", download: true, title: "All rows that pass", "aria-describedby": this.about.id };
    this.csv = h("a", attributes, icon("download"), h("span", {}, "Download CSV"));
    const shut = iconButton("close", "Close the rows  R", close);
    this.element = h("header", { class: "dx-drawer-bar" }, this.range, this.order, this.about, this.csv, shut);
  }

  /** @param {number} from @param {number} to not itself @param {number} total */
  see(from, to, total) {
    setText(this.range, total ? `Rows ${number(from + 1)}–${number(to)} of ${number(total)}` : "No rows");
  }

  /** @param {string} words */
  sorted(words) {
    setText(this.order, words);
  }

  /** @param {string} url @param {boolean} unsorted whether the rows are sorted and the file is not */
  link(url, unsorted) {
    this.csv.href = url;
    this.about.hidden = !unsorted;
    setText(this.about, unsorted ? `CSV as stored: more than ${number(MOST_SORTED)} rows are not sorted` : "");
  }
}

export class Note {
  /** @param {Doings} doings */
  constructor(doings) {
    this.doings = doings;
    this.element = h("div", { class: "dx-drawer-note", role: "status" });
  }

  clear() {
    this.element.replaceChildren();
  }

  /** @param {Error} error */
  failed({ message }) {
    this.element.replaceChildren(message, textButton("Try again", this.doings.retry));
  }

  /** @param {boolean} filtered */
  empty(filtered) {
    const clear = textButton("Clear all", this.doings.clearFilters);
    this.element.replaceChildren(...(filtered ? ["No rows pass these filters.", clear] : ["There are no rows yet."]));
  }
}
