// The rows of a cube that a selection covers, and the share of each: a coarse row at its ends may be covered in part.

/** Runs of cube rows along one active axis, each with its weight. Refilled in every frame. */
export class RowRuns {
  #lookup;
  /** First code of every row, and one past the last. */
  #starts;
  #marks;

  /**
   * @param {number} codes codes (or bins) of the axis
   * @param {Uint16Array|null} lookup code -> row, ascending without gaps; null: every code is a row
   */
  constructor(codes, lookup) {
    this.codeCount = codes;
    this.#lookup = lookup;
    this.#starts = lookup && getRowStarts(lookup);
    this.#marks = new Uint8Array(codes + 1);
    this.rowCount = this.#starts ? this.#starts.length - 1 : codes;
    this.from = new Int32Array(codes + 3);
    this.to = new Int32Array(codes + 3);
    this.weight = new Float64Array(codes + 3);
    this.length = 0;
    /** Whether every covered row is covered completely. */
    this.isWhole = true;
  }

  clearRuns() {
    this.length = 0;
    this.isWhole = true;
  }

  selectAll() {
    this.clearRuns();
    this.#pushRun(0, this.rowCount, 1);
  }

  /**
   * Adds a range of codes to those already selected.
   * @param {number} from
   * @param {number} to one past the last
   */
  addRange(from, to) {
    const first = Math.max(0, from);
    const end = Math.min(this.codeCount, to);
    if (first >= end) return;
    if (this.#starts) this.#addCoarse(first, end, this.#starts);
    else this.#pushRun(first, end, 1);
  }

  /** @param {number[]} codes in any order */
  addMembers(codes) {
    const marks = this.#marks;
    for (let i = 0; i < codes.length; i++) if (codes[i] < this.codeCount) marks[codes[i]] = 1;
    let from = -1;
    for (let code = 0; code <= this.codeCount; code++) {
      if (marks[code] && from < 0) from = code;
      else if (!marks[code] && from >= 0) {
        this.addRange(from, code);
        from = -1;
      }
    }
    marks.fill(0);
  }

  /** @param {number} first @param {number} end @param {Int32Array} starts */
  #addCoarse(first, end, starts) {
    const lookup = /** @type {Uint16Array} */ (this.#lookup);
    let row = lookup[first];
    const last = lookup[end - 1];
    if (row === last) return this.#pushPartial(row, end - first);
    if (first > starts[row]) this.#pushPartial(row, starts[++row] - first);
    const cut = end < starts[last + 1];
    this.#pushRun(row, cut ? last : last + 1, 1);
    if (cut) this.#pushPartial(last, end - starts[last]);
  }

  /** @param {number} row @param {number} codes how many of the row's codes are selected */
  #pushPartial(row, codes) {
    const starts = /** @type {Int32Array} */ (this.#starts);
    this.#pushRun(row, row + 1, codes / (starts[row + 1] - starts[row]));
  }

  /** @param {number} from @param {number} to @param {number} weight */
  #pushRun(from, to, weight) {
    if (from >= to) return;
    this.from[this.length] = from;
    this.to[this.length] = to;
    this.weight[this.length] = weight;
    this.length++;
    if (weight !== 1) this.isWhole = false;
  }
}

/** @param {Uint16Array} lookup */
function getRowStarts(lookup) {
  const starts = new Int32Array(lookup[lookup.length - 1] + 2);
  for (let code = 1; code < lookup.length; code++) if (lookup[code] !== lookup[code - 1]) starts[lookup[code]] = code;
  starts[starts.length - 1] = lookup.length;
  return starts;
}
