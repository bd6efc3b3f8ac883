/**
 * The drawer of rows: a table of those that pass all filters, as committed.
 * @import { Client } from "./client.js"
 * @import { Answer, Order } from "./batches.js"
 * @import { Description, Exploration, Table } from "./types.js"
 */
import { Batches } from "./batches.js";
import { Failed } from "./client.js";
import { h, iconButton, setText, textButton } from "./dom.js";
import { number } from "./numbers.js";
import { tableRequest, tableUrl } from "./requests.js";
import { Sheet } from "./sheet.js";
import { Split } from "./split.js";
import { orderWords } from "./words.js";

/** Commits in quick succession are asked for once, milliseconds. */
const SOON = 60;
/** The table of a growing dataset is renewed no faster than this, milliseconds. */
const BEAT = 2000;

/**
 * @typedef {object} Doings
 * @property {(column: string) => void} sort
 * @property {() => void} acts a hand has begun to scroll
 * @property {(at: number) => void} rested it has stopped, with this row first
 * @property {() => void} close
 * @property {() => void} clearFilters
 * @property {(error: Error) => void} fail what concerns more than the table
 */

export class Drawer {
  /** @type {Exploration | null} */ #exploration = null;
  /** @type {Table | null} */ #table = null;
  /** Filters and order, as committed. */ #request = "";
  #asking = 0;
  #growing = 0;
  #renewed = -Infinity;
  #moving = false;
  /** @type {Error | null} */ #failure = null;

  /** @param {Client} client @param {Description} description @param {Doings} doings */
  constructor(client, description, doings) {
    this.description = description;
    this.doings = doings;
    this.batches = new Batches(client, {
      onOther: (answer, before) => this.#show(answer, before),
      onMore: () => this.sheet.draw(),
      onFailure: (error) => this.#fail(error),
    });
    this.sheet = new Sheet(description.columns, {
      ...doings,
      seen: (from, to) => this.#see(from, to),
      row: (index) => this.batches.row(index),
    });
    this.range = h("h2", { class: "dx-range" }, "Rows");
    this.order = h("span", { class: "dx-order" });
    this.note = h("div", { class: "dx-drawer-note", role: "status" });
    this.element = this.#build();
  }

  /** @param {Exploration} exploration as committed */
  render(exploration) {
    const before = this.#table;
    this.#exploration = exploration;
    this.#table = exploration.table ?? null;
    this.#moving = false;
    this.#open(this.#table !== null);
    if (this.#table) this.#follow(exploration, this.#table, before);
    this.#tell();
  }

  /** A brush moves: which rows pass is seen once it rests. */
  moving() {
    if (this.#moving || !this.#table) return;
    this.#moving = true;
    this.#tell();
  }

  /** Perhaps there are other rows than those that were asked for, of a dataset that grows. */
  grown() {
    const { current, shown } = this.batches;
    if (!this.#table || this.#growing || !current || shown?.rows === this.description.rows) return;
    const early = Math.max(0, this.#renewed + BEAT - performance.now());
    this.#growing = window.setTimeout(() => this.#ask(), early);
  }

  focus() {
    this.sheet.element.focus({ preventScroll: true });
  }

  destroy() {
    this.#open(false);
    clearTimeout(this.#asking);
    clearTimeout(this.#growing);
    this.sheet.destroy();
  }

  #build() {
    const close = iconButton("close", "Close the rows  R", this.doings.close);
    const bar = h("header", { class: "dx-drawer-bar" }, this.range, this.order, close);
    const attributes = { class: "dx-drawer", id: "dx-drawer", "aria-label": "Rows that pass", hidden: true };
    const element = h("section", attributes, bar, this.sheet.element, this.note);
    element.prepend(new Split(element).element);
    return element;
  }

  /** @param {boolean} open */
  #open(open) {
    this.element.hidden = !open;
    document.documentElement.toggleAttribute("data-drawer", open);
  }

  /** @param {Exploration} exploration @param {Table} table @param {Table | null} before */
  #follow(exploration, table, before) {
    const request = JSON.stringify(tableRequest(exploration));
    const other = request !== this.#request;
    this.#request = request;
    this.sheet.sorted(table);
    setText(this.order, orderWords(table, this.description));
    if (other || !before) this.#askSoon();
    if (!before) this.sheet.goTo(table.at);
    else if (!other && table.at !== before.at && table.at !== this.sheet.at) this.sheet.goTo(table.at);
  }

  #askSoon() {
    clearTimeout(this.#asking);
    this.#asking = window.setTimeout(() => this.#ask(), this.batches.shown ? SOON : 0);
  }

  #ask() {
    clearTimeout(this.#growing);
    this.#growing = 0;
    if (!this.#exploration || !this.#table) return;
    this.#failure = null;
    const description = { ...this.description };
    const request = tableRequest(this.#exploration);
    const url = (/** @type {number} */ offset, /** @type {number} */ limit) => tableUrl(description, { ...request, offset, limit });
    const order = { key: `${description.rows} ${this.#request}`, request: this.#request, rows: description.rows, url };
    this.batches.want(order, this.#table.at);
    this.sheet.draw();
    this.#tell();
  }

  /** The same rows and more leave the table where it stands. @param {Answer} answer @param {Order | null} before */
  #show({ total, rows }, before) {
    const at = before?.request === this.#request ? null : this.#table?.at;
    this.#renewed = performance.now();
    this.sheet.fill(total, rows, at ?? null);
    this.#tell();
    this.grown();
  }

  /** @param {number} from @param {number} to not itself */
  #see(from, to) {
    const { total } = this.batches;
    setText(this.range, total ? `Rows ${number(from + 1)}–${number(to)} of ${number(total)}` : "No rows");
    this.batches.near(from, to);
  }

  /** @param {Error} error */
  #fail(error) {
    if (!(error instanceof Failed)) return this.doings.fail(error);
    this.#failure = error;
    this.#tell();
  }

  get #status() {
    if (this.#failure) return "failed";
    if (!this.batches.shown) return "loading";
    if (this.#moving || this.batches.shown.request !== this.#request) return "stale";
    return this.batches.total ? "exact" : "empty";
  }

  #tell() {
    const status = this.#status;
    if (status === this.element.dataset.status) return;
    this.element.dataset.status = status;
    this.note.replaceChildren(...this.#notes(status));
  }

  /** @param {string} status */
  #notes(status) {
    if (status === "failed") return [`${this.#failure?.message} `, textButton("Try again", () => this.#ask())];
    if (status !== "empty") return [];
    const filtered = Object.keys(this.#exploration?.filters ?? {}).length > 0;
    return filtered ? ["No rows pass these filters. ", textButton("Clear all", this.doings.clearFilters)] : ["There are no rows yet."];
  }
}
