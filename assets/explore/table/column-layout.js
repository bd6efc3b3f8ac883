/**
 * Positions of the table's columns, computed from their widths; pixels.
 * @import { IndexRange } from "../../charts/types.js"
 */
import { bisectLeft, bisectRight, cumsum } from "../../vendor/library.js";

/** Columns drawn beyond the edges: browsers may scroll before they send an event. */
const OVERSCAN_COLUMNS = 2;

export class ColumnLayout {
  #ends;

  /** @param {number[]} widths */
  constructor(widths) {
    this.widths = widths;
    this.#ends = cumsum(widths);
  }

  /** @param {number} column */
  getLeft(column) {
    return this.getRight(column) - this.widths[column];
  }

  /** @param {number} column */
  getRight(column) {
    return this.#ends[column];
  }

  /** The drawn columns as grid tracks, with the space of the others before and after: each track costs, drawn or not. @param {IndexRange} drawn */
  getGridTemplate({ from, to }) {
    const whole = this.#ends[this.widths.length - 1];
    const tracks = [this.getLeft(from), ...this.widths.slice(from, to), whole - this.getRight(to - 1)];
    return tracks.map((width) => `${width}px`).join(" ");
  }

  /** The column at the left edge. @param {number} left how far the table is scrolled */
  findColumnAt(left) {
    return bisectRight(this.#ends, left);
  }

  /** The columns to draw. @param {number} left how far the table is scrolled @param {number} view how wide it is @returns {IndexRange} */
  getDrawnColumns(left, view) {
    const from = this.findColumnAt(left) - OVERSCAN_COLUMNS;
    const to = bisectLeft(this.#ends, left + view) + 1 + OVERSCAN_COLUMNS;
    return { from: Math.max(0, from), to: Math.min(this.widths.length, to) };
  }
}
