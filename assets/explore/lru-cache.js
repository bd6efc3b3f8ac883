/** Keeps the entries used last, up to a bound on their summed size. @template T */
export class Cache {
  /** @type {Map<string, { value: T, size: number }>} */ #entries = new Map();
  #size = 0;

  /** @param {number} bound in the unit of `size` @param {number} [least] how many are kept whatever their size */
  constructor(bound, least = 1) {
    this.bound = bound;
    this.least = least;
  }

  /** @param {string} key @returns {T | undefined} */
  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** @param {string} key @param {T} value @param {number} size */
  set(key, value, size) {
    this.#drop(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.bound || this.#entries.size <= this.least) break;
      this.#drop(oldest);
    }
  }

  /** @param {string} key */
  #drop(key) {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
