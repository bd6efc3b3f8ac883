/**
 * Where one stands in a list of any length, told from how far an element of bounded height is scrolled. Browsers allow
 * elements some ten to thirty million pixels, and a billion rows need a thousand times that.
 *
 * A turn of the wheel moves the rows by its pixels. A pull at the scroll bar goes to the same part of the list as of the
 * bar, save that both ends of the bar stand for as many pixels of the list: from anywhere a hand can scroll on.
 */

/** How tall the scrolled element becomes at most, pixels. */
export const TALLEST = 8_000_000;
/** At each end the bar and the list agree for so many pixels. */
const END = 100_000;
/** No turn of a wheel goes further at once, and no pull at the bar of a longer list goes less far, pixels. */
const TURN = 2000;

/** @param {number} value @param {number} most */
const within = (value, most) => Math.max(0, Math.min(most, value));

export class Reach {
  #rows = 0;
  #view = 0;
  /** How far the element is scrolled. */
  #top = 0;
  /** How far into the list that is, pixels. */
  #position = 0;

  /** @param {number} row the height of one, pixels */
  constructor(row) {
    this.row = row;
  }

  /** @param {number} rows how many there are @param {number} view the height that is seen, pixels @returns {boolean} whether that is news */
  resize(rows, view) {
    const news = rows !== this.#rows || view !== this.#view;
    this.#rows = rows;
    this.#view = view;
    this.#position = within(this.#position, this.#furthest);
    return news;
  }

  /** How tall the scrolled element is. */
  get height() {
    return Math.min(TALLEST, this.#rows * this.row);
  }

  /** How far the element has to be scrolled to stand where one is. */
  get top() {
    return this.#toTop(this.#position);
  }

  /** What to add to the place of a row in the list, to have it in the element. */
  get shift() {
    return this.#top - this.#position;
  }

  /** The row at the upper edge, the nearest one. */
  get at() {
    return Math.round(this.#position / this.row);
  }

  /** The rows that are seen, in part too, and not those after `to`. */
  get seen() {
    const from = Math.floor(this.#position / this.row);
    return { from, to: Math.min(this.#rows, Math.ceil((this.#position + this.#view) / this.row)) };
  }

  /** How many rows are seen whole. */
  get whole() {
    return Math.max(1, Math.floor(this.#view / this.row));
  }

  /** Whether the element is at one of its ends, and the list is not: it has to be scrolled back to go on. */
  get stuck() {
    const { top } = this;
    return top !== this.#top && (this.#top <= 0 || this.#top >= this.#tallest);
  }

  /** The element has been scrolled. @param {number} top @returns {boolean} whether up or down */
  scrolled(top) {
    if (top === this.#top) return false;
    const turn = Math.abs(top - this.#top) < TURN || this.#tallest === this.#furthest;
    const position = turn ? this.#position + top - this.#top : this.#toPosition(top);
    this.#position = within(position, this.#furthest);
    this.#top = top;
    return true;
  }

  /** The element stands where it was put. @param {number} top */
  settled(top) {
    this.#top = top;
  }

  /** @param {number} row to have at the upper edge */
  goTo(row) {
    this.#position = within(row * this.row, this.#furthest);
  }

  /** Goes as little as needed to see a row whole. @param {number} row */
  reveal(row) {
    const end = (row + 1) * this.row - this.#view;
    this.#position = within(Math.min(row * this.row, Math.max(end, this.#position)), this.#furthest);
  }

  get #furthest() {
    return Math.max(0, this.#rows * this.row - this.#view);
  }

  get #tallest() {
    return Math.max(0, this.height - this.#view);
  }

  /** How much longer the list is than the bar, between the ends. */
  get #ratio() {
    return (this.#furthest - 2 * END) / (this.#tallest - 2 * END);
  }

  /** @param {number} position */
  #toTop(position) {
    const [furthest, tallest] = [this.#furthest, this.#tallest];
    if (position <= END || furthest === tallest) return position;
    if (furthest - position <= END) return tallest - (furthest - position);
    return Math.round(END + (position - END) / this.#ratio);
  }

  /** @param {number} top */
  #toPosition(top) {
    const [furthest, tallest] = [this.#furthest, this.#tallest];
    if (top <= END) return top;
    if (tallest - top <= END) return furthest - (tallest - top);
    return END + (top - END) * this.#ratio;
  }
}
