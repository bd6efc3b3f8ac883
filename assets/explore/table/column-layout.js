/** Where the columns of the table lie, told from how wide each is; pixels. */
import { bisectLeft, bisectRight, cumsum } from "../../vendor/library.js";

/** Columns that are drawn beyond the edges: a browser may scroll before it tells. */
const BEYOND = 2;

/** @typedef {{ from: number, to: number }} Range `to` is not in it */

export class Widths {
  #ends;

  /** @param {number[]} widths */
  constructor(widths) {
    this.each = widths;
    this.#ends = cumsum(widths);
  }

  /** @param {number} column */
  left(column) {
    return this.right(column) - this.each[column];
  }

  /** @param {number} column */
  right(column) {
    return this.#ends[column];
  }

  /** The columns that are drawn as tracks of a grid, between as much room as the others take: a track costs, drawn or not. @param {Range} drawn */
  tracks({ from, to }) {
    const whole = this.#ends[this.each.length - 1];
    const tracks = [this.left(from), ...this.each.slice(from, to), whole - this.right(to - 1)];
    return tracks.map((width) => `${width}px`).join(" ");
  }

  /** The column at the left edge. @param {number} left how far the table is scrolled */
  at(left) {
    return bisectRight(this.#ends, left);
  }

  /** The columns to draw. @param {number} left how far the table is scrolled @param {number} view how wide it is @returns {Range} */
  drawn(left, view) {
    const from = this.at(left) - BEYOND;
    const to = bisectLeft(this.#ends, left + view) + 1 + BEYOND;
    return { from: Math.max(0, from), to: Math.min(this.each.length, to) };
  }
}
