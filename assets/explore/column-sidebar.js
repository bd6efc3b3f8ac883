/**
 * The columns of the dataset, to click or drag into the grid.
 * @import { Column, Description, Exploration } from "./types.js"
 */
import { h, icon } from "./dom.js";
import { number } from "./number-format.js";
import { sketch } from "./sparkline.js";

/** What a dragged column is known as to the grid. */
export const COLUMN_DRAG = "application/x-dx-column";

const FEW = 12;
const KINDS = { number: "Number", time: "Time", category: "Category", boolean: "Yes or no" };

/** @param {Column} column */
function about(column) {
  const parts = [KINDS[column.kind]];
  if (column.kind === "category") parts.push(`${number(column.distinct)} values`);
  if (column.nulls) parts.push(`${number(column.nulls)} missing`);
  return parts.join(", ");
}

export class Rail {
  /** @type {Map<string, HTMLButtonElement>} */ #items = new Map();

  /** @param {Description} description @param {(columns: string[]) => void} add */
  constructor(description, add) {
    const items = description.columns.map((column) => this.#item(column, add));
    const list = h("ul", { class: "dx-columns" }, this.#rows(add), ...items);
    const search = description.columns.length > FEW && this.#search(description, items);
    const head = h("h2", { class: "dx-rail-head" }, "Columns");
    this.element = h("aside", { class: "dx-rail", id: "dx-rail", "aria-label": "Columns" }, head, search, list);
  }

  /** @param {Exploration} exploration */
  render(exploration) {
    const shown = new Set(exploration.views.flatMap((view) => view.columns));
    for (const [name, item] of this.#items) {
      item.classList.toggle("dx-shown", shown.has(name));
      item.setAttribute("aria-description", shown.has(name) ? "Shown. Adds another view." : "Adds a view.");
    }
  }

  /** @param {Column} column @param {(columns: string[]) => void} add */
  #item(column, add) {
    const item = h(
      "button",
      {
        type: "button", class: "dx-column", draggable: "true", title: about(column),
        onclick: () => add([column.name]),
        ondragstart: (/** @type {DragEvent} */ event) => event.dataTransfer?.setData(COLUMN_DRAG, column.name),
      },
      icon(column.kind),
      h("span", { class: "dx-column-name" }, column.label),
      sketch(column.sketch),
    );
    this.#items.set(column.name, item);
    return h("li", {}, item);
  }

  /** @param {(columns: string[]) => void} add */
  #rows(add) {
    const attributes = { type: "button", class: "dx-column", title: "A key figure: how many rows", onclick: () => add([]) };
    return h("li", {}, h("button", attributes, icon("figure"), h("span", { class: "dx-column-name" }, "Key figure")));
  }

  /** @param {Description} description @param {HTMLElement[]} items */
  #search(description, items) {
    const find = (/** @type {Event} */ event) => {
      const wanted = /** @type {HTMLInputElement} */ (event.target).value.trim().toLowerCase();
      description.columns.forEach((column, index) => {
        items[index].hidden = !`${column.label} ${column.name}`.toLowerCase().includes(wanted);
      });
    };
    const name = { placeholder: "Find a column", "aria-label": "Find a column" };
    return h("input", { type: "search", class: "dx-input", ...name, oninput: find });
  }
}
