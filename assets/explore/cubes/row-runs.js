// Which rows of a cube a selection takes, and how much of each: whole rows, and parts of coarse rows at its ends.

/**
 * What is selected in the active view: codes of its fine axis, or bins of a two-dimensional one. `null` is everything.
 * @typedef {{type:"interval", from:number, to:number, nulls?:boolean}} Interval
 * @typedef {{type:"members", codes:number[]}} Members
 * @typedef {{type:"box", x:{from:number, to:number}, y:{from:number, to:number}}} Box
 * @typedef {null|Interval|Members|Box} Selection
 */

/** Runs of cube rows along one active axis, each with the part of them that counts. Filled again for every frame. */
export class Spans {
  #lookup;
  /** First code of every row, and one past the last. */
  #starts;
  #marks;

  /**
   * @param {number} codes codes (or bins) of the axis
   * @param {Uint16Array|null} lookup code -> row, ascending without gaps; null: every code is a row
   */
  constructor(codes, lookup) {
    this.codes = codes;
    this.#lookup = lookup;
    this.#starts = lookup && startsOf(lookup);
    this.#marks = new Uint8Array(codes + 1);
    this.size = this.#starts ? this.#starts.length - 1 : codes;
    this.from = new Int32Array(codes + 3);
    this.to = new Int32Array(codes + 3);
    this.part = new Float64Array(codes + 3);
    this.length = 0;
    /** Whether no row is taken in part. */
    this.whole = true;
  }

  clear() {
    this.length = 0;
    this.whole = true;
  }

  all() {
    this.clear();
    this.#push(0, this.size, 1);
  }

  /**
   * Take these codes besides those already taken.
   * @param {number} from
   * @param {number} to one past the last
   */
  take(from, to) {
    const first = Math.max(0, from);
    const end = Math.min(this.codes, to);
    if (first >= end) return;
    if (this.#starts) this.#takeCoarse(first, end, this.#starts);
    else this.#push(first, end, 1);
  }

  /** @param {number[]} codes in any order */
  takeMembers(codes) {
    const marks = this.#marks;
    for (let i = 0; i < codes.length; i++) if (codes[i] < this.codes) marks[codes[i]] = 1;
    let from = -1;
    for (let code = 0; code <= this.codes; code++) {
      if (marks[code] && from < 0) from = code;
      else if (!marks[code] && from >= 0) {
        this.take(from, code);
        from = -1;
      }
    }
    marks.fill(0);
  }

  /** @param {number} first @param {number} end @param {Int32Array} starts */
  #takeCoarse(first, end, starts) {
    const lookup = /** @type {Uint16Array} */ (this.#lookup);
    let row = lookup[first];
    const last = lookup[end - 1];
    if (row === last) return this.#pushPart(row, end - first);
    if (first > starts[row]) this.#pushPart(row, starts[++row] - first);
    const cut = end < starts[last + 1];
    this.#push(row, cut ? last : last + 1, 1);
    if (cut) this.#pushPart(last, end - starts[last]);
  }

  /** @param {number} row @param {number} codes how many of the row's codes are taken */
  #pushPart(row, codes) {
    const starts = /** @type {Int32Array} */ (this.#starts);
    this.#push(row, row + 1, codes / (starts[row + 1] - starts[row]));
  }

  /** @param {number} from @param {number} to @param {number} part */
  #push(from, to, part) {
    if (from >= to) return;
    this.from[this.length] = from;
    this.to[this.length] = to;
    this.part[this.length] = part;
    this.length++;
    if (part !== 1) this.whole = false;
  }
}

/** @param {Uint16Array} lookup */
function startsOf(lookup) {
  const starts = new Int32Array(lookup[lookup.length - 1] + 2);
  for (let code = 1; code < lookup.length; code++) if (lookup[code] !== lookup[code - 1]) starts[lookup[code]] = code;
  starts[starts.length - 1] = lookup.length;
  return starts;
}
