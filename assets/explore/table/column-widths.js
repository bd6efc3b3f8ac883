/**
 * The widths that a person gave to columns of a dataset, remembered in the browser. They change nothing but the screen, so
 * that they are neither undone nor shared.
 */

/** Pixels. */
export const MIN_COLUMN_WIDTH = 48;
const MAX_CHOSEN_WIDTH = 1200;

export class ColumnWidths {
  /** @type {Record<string, number>} */ #widths;

  /** @param {string} slug of the dataset @param {Pick<Storage, "getItem" | "setItem">} [storage] */
  constructor(slug, storage = localStorage) {
    this.key = `dx:widths:${slug}`;
    this.storage = storage;
    this.#widths = readWidths(storage.getItem(this.key));
  }

  /** @param {string} column @returns {number | undefined} undefined: as wide as its values */
  getWidth(column) {
    return Object.hasOwn(this.#widths, column) ? this.#widths[column] : undefined;
  }

  /** @param {string} column @param {number} width */
  setWidth(column, width) {
    this.#widths[column] = Math.round(Math.max(MIN_COLUMN_WIDTH, Math.min(MAX_CHOSEN_WIDTH, width)));
    this.storage.setItem(this.key, JSON.stringify(this.#widths));
  }

  /** Makes a column as wide as its values again. @param {string} column */
  resetWidth(column) {
    delete this.#widths[column];
    this.storage.setItem(this.key, JSON.stringify(this.#widths));
  }
}

/** @param {string | null} text @returns {Record<string, number>} what is no width is left out */
function readWidths(text) {
  const found = parseObject(text);
  return Object.fromEntries(Object.entries(found).flatMap(([name, width]) => (isWidth(width) ? [[name, width]] : [])));
}

/** @param {unknown} width @returns {width is number} */
const isWidth = (width) => typeof width === "number" && width >= MIN_COLUMN_WIDTH && width <= MAX_CHOSEN_WIDTH;

/** @param {string | null} text @returns {Record<string, unknown>} */
function parseObject(text) {
  if (!text?.startsWith("{")) return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
