/**
 * A table of any length and width: of its rows and columns those are drawn that are seen.
 * @import { Column, Table } from "../types.js"
 * @import { Value } from "./cell-format.js"
 */
import { textWidth } from "../../charts/canvas-primitives.js";
import { sampleOf, widthOf, writer } from "./cell-format.js";
import { Cursor, HEAD_ROW } from "./cell-cursor.js";
import { h } from "../dom.js";
import { Heads } from "./header.js";
import { Lines } from "./body.js";
import { Reach } from "./virtual-scroll.js";
import { Widths } from "./column-layout.js";

/** The height of a row, and of the head, pixels; as css/rows-drawer.css has them. */
const ROW = 28;
const HEAD = 32;
/** What is beside the columns at each side, pixels; less on a phone. */
const SIDE = 12;
/** Lines that are drawn beyond the edges: a browser may scroll before it tells. */
const BEYOND = 8;
/** Nobody scrolls any more, milliseconds. */
const REST = 200;

/**
 * @typedef {object} Doings
 * @property {(column: string) => void} sort
 * @property {() => void} acts a hand has begun to scroll
 * @property {(at: number) => void} rested it has stopped, with this row first
 * @property {(from: number, to: number) => void} seen these rows are on screen
 * @property {(index: number) => Value[] | undefined} row
 */

/** @returns {(text: string) => number} the width of a text in the table, pixels */
function measurer() {
  const { fontSize, fontFamily } = getComputedStyle(document.body);
  return (text) => textWidth(text, `500 ${fontSize} ${fontFamily}`);
}

export class Sheet {
  reach = new Reach(ROW);
  /** How many rows there are, once that is known. @type {number | null} */ total = null;
  #resting = 0;
  #tracks = "";
  #fitted = false;

  /** @param {Column[]} columns @param {Doings} doings */
  constructor(columns, doings) {
    this.columns = columns;
    this.doings = doings;
    this.heads = new Heads(columns, doings.sort);
    this.body = h("div", { role: "rowgroup", class: "dx-sheet-body" });
    this.lines = new Lines(this.body, columns, ROW);
    const attributes = { role: "grid", class: "dx-sheet", tabindex: "0", "aria-label": "Rows", "aria-colcount": columns.length };
    this.element = h("div", attributes, this.heads.element, this.body);
    this.observer = new ResizeObserver(() => this.#place());
    this.observer.observe(this.element);
    this.widths = new Widths(columns.map((column) => widthOf(column, [], (text) => 8 * text.length)));
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.cursor = new Cursor(this);
  }

  get at() {
    return this.reach.at;
  }

  get column() {
    return this.widths.at(this.element.scrollLeft);
  }

  /** @param {Table} table */
  sorted(table) {
    this.heads.render(table);
  }

  /**
   * Other rows: so many, some of which are these.
   * @param {number} total @param {Value[][]} rows @param {number | null} at which to show first; null: leave the table where it is
   */
  fill(total, rows, at) {
    this.total = total;
    this.element.setAttribute("aria-rowcount", String(total + 1));
    this.#fit(rows);
    this.reach.resize(total, this.#view);
    if (at === null) this.#place();
    else this.goTo(at);
  }

  /** More rows of the same. @param {Value[][]} rows some of them */
  more(rows) {
    this.#fit(rows);
    this.draw();
  }

  /** What a hand has scrolled to does not matter any longer. */
  forget() {
    clearTimeout(this.#resting);
  }

  /** Shows this row first; nobody's hand has done it. @param {number} at */
  goTo(at) {
    this.forget();
    this.reach.goTo(at);
    this.cursor.begin();
    this.#place();
  }

  /** Goes as little as needed to see this cell, by a hand. @param {import("./cell-cursor.js").Cell} cell */
  reveal({ row, column }) {
    const { at, element, widths } = this;
    const least = widths.right(column) + 2 * SIDE - element.clientWidth;
    element.scrollLeft = Math.min(widths.left(column), Math.max(element.scrollLeft, least));
    if (row !== HEAD_ROW) this.reach.reveal(row);
    if (at !== this.at) this.#moved();
    this.#place();
  }

  draw() {
    const { from, to } = this.reach.seen;
    const rows = { from: Math.max(0, from - BEYOND), to: Math.min(this.#rows, to + BEYOND) };
    const columns = this.widths.drawn(this.element.scrollLeft, this.element.clientWidth);
    this.#track(this.widths.tracks(columns));
    this.heads.draw(columns);
    this.lines.draw(rows, columns, this.reach.shift, this.doings.row);
    this.cursor.mark();
    if (this.total !== null) this.doings.seen(from, to);
  }

  destroy() {
    this.forget();
    this.observer.disconnect();
  }

  /** While nobody knows how many rows there are: as many as are seen. */
  get #rows() {
    return this.total ?? Math.ceil(this.#view / ROW);
  }

  get #view() {
    return Math.max(0, this.element.clientHeight - HEAD);
  }

  /** Scrolls to where the table stands. */
  #place() {
    const { reach, element, body } = this;
    if (!element.clientHeight) return;
    reach.resize(this.#rows, this.#view);
    body.hidden = this.#rows === 0; // a group of rows must not be empty
    body.style.height = `${reach.height}px`;
    if (element.scrollTop !== reach.top) element.scrollTop = reach.top;
    reach.settled(element.scrollTop);
    this.draw();
  }

  /** How values are written, and how wide columns are, stays as the first rows had it. @param {Value[][]} rows */
  #fit(rows) {
    if (this.#fitted || !rows.length) return;
    this.#fitted = true;
    const measure = measurer();
    const values = this.columns.map((column, index) => sampleOf(column, rows.map((row) => row[index])));
    this.lines.writers = this.columns.map((column, index) => writer(column, values[index]));
    this.widths = new Widths(this.columns.map((column, index) => widthOf(column, values[index].map(this.lines.writers[index]), measure)));
  }

  /** @param {string} tracks of the grid that each row is */
  #track(tracks) {
    if (tracks === this.#tracks) return;
    this.#tracks = tracks;
    this.element.style.setProperty("--dx-columns", tracks);
  }

  /** By a hand or, where there is another height, by the browser. */
  #scrolled() {
    if (this.reach.resize(this.#rows, this.#view)) return this.#place();
    if (!this.reach.scrolled(this.element.scrollTop)) return this.draw(); // sideways
    this.#moved();
    if (this.reach.stuck) this.#place();
    else this.draw();
  }

  /** By a hand. */
  #moved() {
    this.doings.acts();
    clearTimeout(this.#resting);
    this.#resting = window.setTimeout(() => this.#rest(), REST);
  }

  #rest() {
    this.#place();
    this.doings.rested(this.at);
  }
}
