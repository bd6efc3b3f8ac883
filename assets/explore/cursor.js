/** Which cell of a table the keys lead to. */

/** @typedef {{ row: number, column: number }} Cell */
/** @typedef {{ rows: number, columns: number, page: number }} Size how many there are, and how many rows are seen at once */

/** @type {Record<string, (cell: Cell, size: Size, all: boolean) => Cell>} */
const STEPS = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  PageUp: ({ row, column }, { page }) => ({ row: row - page, column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
  Home: ({ row }, _, all) => ({ row: all ? 0 : row, column: 0 }),
  End: ({ row }, { rows, columns }, all) => ({ row: all ? rows - 1 : row, column: columns - 1 }),
};

/** @param {number} value @param {number} count */
const among = (value, count) => Math.max(0, Math.min(count - 1, value));

/**
 * @param {Cell} cell @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">} event @param {Size} size
 * @returns {Cell | null} null: the key is not one of the table's
 */
export function stepped(cell, { key, ctrlKey, metaKey, altKey }, size) {
  if (altKey || !Object.hasOwn(STEPS, key) || !size.rows) return null;
  const { row, column } = STEPS[key](cell, size, ctrlKey || metaKey);
  return { row: among(row, size.rows), column: among(column, size.columns) };
}
