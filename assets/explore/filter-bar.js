/**
 * The strip that never scrolls away: how many rows pass, and the filters in words.
 * @import { Description, Exploration, Filter } from "./types.js"
 * @import { Status } from "./cubes/view-data.js"
 */
import { formatShare } from "../charts/format.js";
import { h, icon, iconButton, setChildren, setHidden, setText, textButton } from "./dom.js";
import { filterOf } from "./exploration.js";
import { number } from "./number-format.js";
import { filterWords } from "./view-text.js";

/** @typedef {{ element: HTMLElement, words: HTMLElement, remove: HTMLElement }} Chip */

/** @param {Chip} chip @param {string} filter in words */
function say({ words, remove }, filter) {
  if (words.title === filter) return;
  setText(words, filter);
  words.title = filter;
  remove.setAttribute("aria-label", `Remove filter: ${filter}`);
}

/** @param {string} total */
const widest = (total) => `${total} of ${total} rows (${formatShare(1, 1)})`;

export class Strip {
  /** @type {Map<string, Chip>} */ #chips = new Map();
  #rows = -1;
  #total = -1;

  /**
   * @param {Description} description
   * @param {{ removeFilter(id: string): void, clearFilters(): void, goTo(id: string): void, table(): void }} actions
   */
  constructor(description, actions) {
    this.description = description;
    this.actions = actions;
    const total = number(description.rows);
    this.count = h("strong", { class: "dx-count" }, "…");
    this.part = h("span", { class: "dx-share" });
    this.bar = h("div", { class: "dx-progress", "aria-hidden": "true", style: "transform:scaleX(0)" });
    this.chips = h("ul", { class: "dx-chips", "aria-label": "Filters" });
    this.none = h("span", { class: "dx-no-filter" }, "No filter: brush a chart to begin");
    this.clear = textButton("Clear all", () => actions.clearFilters());
    this.total = h("span", {}, total);
    this.rows = h("div", { class: "dx-rows", "data-widest": widest(total) }, this.count, " of ", this.total, " rows ", this.part);
    this.table = this.#toggle();
    const parts = [this.rows, this.table, this.none, this.chips, this.clear, this.bar];
    this.element = h("section", { class: "dx-strip", "aria-label": "Selected rows and filters" }, ...parts);
  }

  /** @param {number} rows @param {Status} status */
  showRows(rows, status) {
    if (status !== this.element.dataset.status) this.element.dataset.status = status;
    if (rows === this.#rows && this.#total === this.description.rows) return;
    this.#rows = rows;
    this.#total = this.description.rows;
    const total = number(this.#total);
    if (this.total.textContent !== total) this.rows.dataset.widest = widest(total);
    setText(this.total, total);
    setText(this.count, number(Math.round(rows)));
    setText(this.part, `(${formatShare(rows, this.description.rows)})`);
    this.bar.style.transform = `scaleX(${rows / Math.max(1, this.description.rows)})`;
  }

  /** @returns {string} */
  rowsInWords() {
    return `${number(this.#rows)} of ${number(this.description.rows)} rows`;
  }

  /**
   * @param {Exploration} exploration committed
   * @param {string | null} [live] the view being brushed @param {Filter | null} [filter] what it would filter by
   */
  render(exploration, live = null, filter = null) {
    const chips = [];
    for (const view of exploration.views) {
      const shown = view.id === live ? filter : filterOf(exploration, view.id);
      if (!shown) continue;
      const chip = this.#chips.get(view.id) ?? this.#chip(view.id);
      const { subject, predicate } = filterWords(shown, view, this.description);
      say(chip, `${subject} ${predicate}`);
      chips.push(chip.element);
    }
    setChildren(this.chips, chips);
    const open = String(Boolean(exploration.table));
    if (open !== this.table.getAttribute("aria-pressed")) this.table.setAttribute("aria-pressed", open);
    setHidden(this.none, chips.length > 0);
    setHidden(this.clear, chips.length === 0);
  }

  #toggle() {
    const attributes = { "aria-pressed": "false", "aria-controls": "dx-drawer", title: "The rows themselves  R" };
    const onclick = () => this.actions.table();
    return h("button", { type: "button", class: "dx-quiet-button dx-labelled", ...attributes, onclick }, icon("rows"), h("span", {}, "Rows"));
  }

  /** @param {string} id */
  #chip(id) {
    const onclick = () => this.actions.goTo(id);
    const words = h("button", { type: "button", class: "dx-chip-words", onclick });
    const remove = iconButton("close", "Remove filter", () => this.actions.removeFilter(id));
    const chip = { element: h("li", { class: "dx-chip" }, words, remove), words, remove };
    this.#chips.set(id, chip);
    return chip;
  }
}
