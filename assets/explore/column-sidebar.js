/**
 * The list of the dataset's columns, to click or drag into the grid.
 * @import { Column, DatasetDescription, Exploration } from "./types.js"
 */
import { h, createIcon } from "./dom.js";
import { formatPreciseNumber } from "./number-format.js";
import { createSparkline } from "./sparkline.js";

/** The MIME type of a dragged column. */
export const COLUMN_MIME_TYPE = "application/x-dx-column";

const SEARCH_THRESHOLD = 12;
const KIND_LABELS = { number: "Number", time: "Time", category: "Category", boolean: "True or false" };

/** @param {Column} column */
function describeColumn(column) {
  const parts = [KIND_LABELS[column.kind]];
  if (column.kind === "category") parts.push(`${formatPreciseNumber(column.distinct)} values`);
  if (column.nulls) parts.push(`${formatPreciseNumber(column.nulls)} missing`);
  return parts.join(", ");
}

export class ColumnSidebar {
  /** @type {Map<string, HTMLButtonElement>} */ #items = new Map();

  /** @param {DatasetDescription} description @param {(columns: string[]) => void} add */
  constructor(description, add) {
    const items = description.columns.map((column) => this.#createItem(column, add));
    const list = h("ul", { class: "dx-columns" }, this.#createKeyFigureItem(add), ...items);
    const search = description.columns.length > SEARCH_THRESHOLD && this.#createSearch(description, items);
    const head = h("h2", { class: "dx-rail-head" }, "Columns");
    this.element = h("aside", { class: "dx-rail", id: "dx-rail", "aria-label": "Columns" }, head, search, list);
  }

  /** @param {Exploration} exploration */
  render(exploration) {
    const shown = new Set(exploration.views.flatMap((view) => view.columns));
    for (const [name, item] of this.#items) {
      item.classList.toggle("dx-shown", shown.has(name));
      item.setAttribute("aria-description", shown.has(name) ? "Already on the dashboard. Adds another chart." : "Adds a chart.");
    }
  }

  /** @param {Column} column @param {(columns: string[]) => void} add */
  #createItem(column, add) {
    const item = h(
      "button",
      {
        type: "button", class: "dx-column", draggable: "true", title: describeColumn(column),
        onclick: () => add([column.name]),
        ondragstart: (/** @type {DragEvent} */ event) => event.dataTransfer?.setData(COLUMN_MIME_TYPE, column.name),
      },
      createIcon(column.kind),
      h("span", { class: "dx-column-name" }, column.label),
      createSparkline(column.sketch),
    );
    this.#items.set(column.name, item);
    return h("li", {}, item);
  }

  /** @param {(columns: string[]) => void} add */
  #createKeyFigureItem(add) {
    const attributes = { type: "button", class: "dx-column", title: "Add a key figure: the number of rows", onclick: () => add([]) };
    return h("li", {}, h("button", attributes, createIcon("figure"), h("span", { class: "dx-column-name" }, "Key figure")));
  }

  /** @param {DatasetDescription} description @param {HTMLElement[]} items */
  #createSearch(description, items) {
    const filterItems = (/** @type {Event} */ event) => {
      const wanted = /** @type {HTMLInputElement} */ (event.target).value.trim().toLowerCase();
      description.columns.forEach((column, index) => {
        items[index].hidden = !`${column.label} ${column.name}`.toLowerCase().includes(wanted);
      });
    };
    const name = { placeholder: "Search columns", "aria-label": "Search columns" };
    return h("input", { type: "search", class: "dx-input", ...name, oninput: filterItems });
  }
}
