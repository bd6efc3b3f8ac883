/**
 * Scroll position in a list of any length, computed from the scroll position of an element of bounded height. Browsers
 * limit elements to some ten to thirty million pixels, and a billion rows need a thousand times that.
 *
 * The wheel moves the rows by its pixels. Dragging the scroll bar goes to the same fraction of the list as of the bar,
 * except that both ends of the bar correspond to as many pixels of the list, so that one can scroll on from anywhere.
 */

/** Maximum height of the scrolled element, pixels. */
export const MAX_HEIGHT = 8_000_000;
/** Pixels at each end in which scroll bar and list correspond one to one. */
const EXACT_MARGIN = 100_000;
/** Scroll events of less than this are wheel turns, pixels; larger ones are drags of the scroll bar. */
const MAX_WHEEL_TURN = 2000;

/** @param {number} value @param {number} most */
const clampPosition = (value, most) => Math.max(0, Math.min(most, value));

export class VirtualScroll {
  #rows = 0;
  #viewHeight = 0;
  /** Scroll position of the element. */
  #top = 0;
  /** Position in the list, pixels. */
  #position = 0;

  /** @param {number} row height of a row, pixels */
  constructor(row) {
    this.rowHeight = row;
  }

  /** @param {number} rows row count @param {number} view height of the viewport, pixels @returns {boolean} whether these have changed */
  resize(rows, view) {
    const news = rows !== this.#rows || view !== this.#viewHeight;
    this.#rows = rows;
    this.#viewHeight = view;
    this.#position = clampPosition(this.#position, this.#maxPosition);
    return news;
  }

  /** Height of the scrolled element. */
  get contentHeight() {
    return Math.min(MAX_HEIGHT, this.#rows * this.rowHeight);
  }

  /** Scroll position of the element for the current position in the list. */
  get scrollTop() {
    return this.#toTop(this.#position);
  }

  /** Offset from positions in the list to positions in the element. */
  get rowOffset() {
    return this.#top - this.#position;
  }

  /** The row nearest to the upper edge. */
  get topRow() {
    return Math.round(this.#position / this.rowHeight);
  }

  /** The rows that are visible, partly too; half-open. */
  get visibleRows() {
    const from = Math.floor(this.#position / this.rowHeight);
    return { from, to: Math.min(this.#rows, Math.ceil((this.#position + this.#viewHeight) / this.rowHeight)) };
  }

  /** How many rows fit whole into the viewport. */
  get wholeRowCount() {
    return Math.max(1, Math.floor(this.#viewHeight / this.rowHeight));
  }

  /** Whether the element is at one of its ends but the list is not: it must be scrolled back to go on. */
  get isStuck() {
    const { scrollTop: top } = this;
    return top !== this.#top && (this.#top <= 0 || this.#top >= this.#maxTop);
  }

  /** The element has been scrolled. @param {number} top @returns {boolean} whether it has moved vertically */
  handleScroll(top) {
    if (top === this.#top) return false;
    const turn = Math.abs(top - this.#top) < MAX_WHEEL_TURN || this.#maxTop === this.#maxPosition;
    const position = turn ? this.#position + top - this.#top : this.#toPosition(top);
    this.#position = clampPosition(position, this.#maxPosition);
    this.#top = top;
    return true;
  }

  /** The element has been scrolled by code. @param {number} top */
  setScrollTop(top) {
    this.#top = top;
  }

  /** @param {number} row to scroll to the upper edge */
  goToRow(row) {
    this.#position = clampPosition(row * this.rowHeight, this.#maxPosition);
  }

  /** Scrolls as little as needed to make a row visible. @param {number} row */
  revealRow(row) {
    const end = (row + 1) * this.rowHeight - this.#viewHeight;
    this.#position = clampPosition(Math.min(row * this.rowHeight, Math.max(end, this.#position)), this.#maxPosition);
  }

  get #maxPosition() {
    return Math.max(0, this.#rows * this.rowHeight - this.#viewHeight);
  }

  get #maxTop() {
    return Math.max(0, this.contentHeight - this.#viewHeight);
  }

  /** Ratio of the list to the scroll bar, between the ends. */
  get #ratio() {
    return (this.#maxPosition - 2 * EXACT_MARGIN) / (this.#maxTop - 2 * EXACT_MARGIN);
  }

  /** @param {number} position */
  #toTop(position) {
    const [furthest, tallest] = [this.#maxPosition, this.#maxTop];
    if (position <= EXACT_MARGIN || furthest === tallest) return position;
    if (furthest - position <= EXACT_MARGIN) return tallest - (furthest - position);
    return Math.round(EXACT_MARGIN + (position - EXACT_MARGIN) / this.#ratio);
  }

  /** @param {number} top */
  #toPosition(top) {
    const [furthest, tallest] = [this.#maxPosition, this.#maxTop];
    if (top <= EXACT_MARGIN) return top;
    if (tallest - top <= EXACT_MARGIN) return furthest - (tallest - top);
    return EXACT_MARGIN + (top - EXACT_MARGIN) * this.#ratio;
  }
}
