/**
 * The drawer of rows: a table of those that pass all filters, as committed.
 * @import { Client } from "../data-client.js"
 * @import { Answer, Order } from "./row-batches.js"
 * @import { Description, Exploration, Table, TableRequest } from "../types.js"
 */
import { Batches, orderOf } from "./row-batches.js";
import { Failed } from "../data-client.js";
import { h } from "../dom.js";
import { DrawerBar, Note } from "./rows-drawer-bar.js";
import { MOST_SORTED, csvUrl, tableRequest } from "../requests.js";
import { Sheet } from "./virtual-table.js";
import { Split } from "./resize-handle.js";
import { orderWords } from "../view-text.js";

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
  /** The last one with the table open. @type {Exploration | undefined} */ left = undefined;
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
      onMore: ({ rows }) => this.sheet.more(rows),
      onFailure: (error) => this.#fail(error),
    });
    this.sheet = new Sheet(description.columns, {
      ...doings,
      seen: (from, to) => this.#see(from, to),
      row: (index) => this.batches.row(index),
    });
    this.bar = new DrawerBar(doings.close);
    this.note = new Note({ ...doings, retry: () => this.#ask() });
    const attributes = { class: "dx-drawer", id: "dx-drawer", "aria-label": "Rows that pass", hidden: true };
    this.element = h("section", attributes, this.bar.element, this.sheet.element, this.note.element);
    this.element.prepend(new Split(this.element).element);
  }

  /** @param {Exploration} exploration as committed */
  render(exploration) {
    const before = this.#table;
    this.#exploration = exploration;
    this.#table = exploration.table ?? null;
    if (this.#table) this.left = exploration;
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
    const waits = !current && !this.#failure;
    if (!this.#table || this.#growing || waits || shown?.rows === this.description.rows) return;
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
    this.bar.sorted(orderWords(table, this.description));
    if (!before) this.sheet.goTo(table.at);
    if (other) this.sheet.forget();
    if (other || !before) this.#askSoon();
    else if (table.at !== before.at && table.at !== this.sheet.at) this.sheet.goTo(table.at);
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
    const { seen, whole } = this.sheet.reach;
    const from = this.batches.shown?.request === this.#request ? seen.from : this.#table.at;
    this.batches.want(orderOf(this.description, tableRequest(this.#exploration)), from, from + whole + 2); // two in part
    this.sheet.draw();
    this.#tell();
  }

  /** The same rows and more leave the table where it stands. @param {Answer} answer @param {Order | null} before */
  #show({ total, rows }, before) {
    if (!this.#exploration || !this.#table) return;
    const same = before?.request === this.#request;
    this.#renewed = performance.now();
    this.sheet.fill(total, rows, same ? null : this.#table.at);
    this.#link(tableRequest(this.#exploration), total);
    this.#tell();
    this.grown();
  }

  /** @param {TableRequest} request @param {number} total */
  #link(request, total) {
    this.bar.link(csvUrl(this.description, request, total), request.sort !== null && total > MOST_SORTED);
  }

  /** @param {number} from @param {number} to not itself */
  #see(from, to) {
    this.bar.see(from, to, this.batches.total);
    this.batches.near(from, to);
  }

  /** @param {Error} error */
  #fail(error) {
    if (!(error instanceof Failed)) return this.doings.fail(error);
    this.#failure = error;
    this.#renewed = performance.now();
    this.#tell();
  }

  get #status() {
    if (this.#failure) return "failed";
    if (!this.batches.shown) return "loading";
    if (this.#moving) return "moving";
    if (this.batches.shown.request !== this.#request) return "stale";
    return this.batches.total ? "exact" : "empty";
  }

  #tell() {
    const status = this.#status;
    if (status === this.element.dataset.status) return;
    this.element.dataset.status = status;
    const within = this.note.element.contains(document.activeElement);
    if (this.#failure) this.note.failed(this.#failure);
    else if (status === "empty") this.note.empty(Object.keys(this.#exploration?.filters ?? {}).length > 0);
    else this.note.clear();
    if (within) this.focus(); // its button is gone
  }
}
