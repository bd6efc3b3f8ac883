/** A cache of the most recently used entries, bounded by their total size. @template T */
export class LruCache {
  /** @type {Map<string, { value: T, size: number }>} */ #entries = new Map();
  #size = 0;

  /** @param {number} bound in the unit of `size` @param {number} [least] how many entries are kept whatever their size */
  constructor(bound, least = 1) {
    this.maxSize = bound;
    this.minEntries = least;
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
    this.#removeEntry(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.maxSize || this.#entries.size <= this.minEntries) break;
      this.#removeEntry(oldest);
    }
  }

  /** @param {string} key */
  #removeEntry(key) {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
