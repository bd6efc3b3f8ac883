/**
 * The bar that is always visible: how many rows pass, and the filters as chips.
 * @import { DatasetDescription, Exploration, Filter } from "./types.js"
 * @import { ResultState, ValueAxis } from "../charts/types.js"
 */
import { formatShare } from "../charts/format.js";
import { h, createIcon, createIconButton, setChildren, setHidden, setText, createTextButton } from "./dom.js";
import { getFilter } from "./exploration.js";
import { formatPreciseNumber } from "./number-format.js";
import { ValueAxisToggle } from "./value-axis-toggle.js";
import { formatFilter } from "./view-text.js";

/** @typedef {{ element: HTMLElement, words: HTMLElement, remove: HTMLElement }} FilterChip */

/** @param {FilterChip} chip @param {string} filter in words */
function updateChip({ words, remove }, filter) {
  if (words.title === filter) return;
  setText(words, filter);
  words.title = filter;
  remove.setAttribute("aria-label", `Remove filter: ${filter}`);
}

/** @param {string} total */
const formatWidest = (total) => `${total} of ${total} rows (${formatShare(1, 1)})`;

export class FilterBar {
  /** @type {Map<string, FilterChip>} */ #chips = new Map();
  #rows = -1;
  #total = -1;

  /**
   * @param {DatasetDescription} description
   * @param {{ removeFilter(id: string): void, clearFilters(): void, goTo(id: string): void, table(): void,
   *   setValueAxis(valueAxis: ValueAxis): void }} actions
   */
  constructor(description, actions) {
    this.description = description;
    this.actions = actions;
    const total = formatPreciseNumber(description.rows);
    this.count = h("strong", { class: "dx-count" }, "…");
    this.shareLabel = h("span", { class: "dx-share" });
    this.progressBar = h("div", { class: "dx-progress", "aria-hidden": "true", style: "transform:scaleX(0)" });
    this.chips = h("ul", { class: "dx-chips", "aria-label": "Filters" });
    this.noFilterMessage = h("span", { class: "dx-no-filter" }, "Drag across a chart to filter");
    this.clear = createTextButton("Clear filters", () => actions.clearFilters());
    this.total = h("span", {}, total);
    this.rows = h("div", { class: "dx-rows", "data-widest": formatWidest(total) }, this.count, " of ", this.total, " rows ", this.shareLabel);
    this.tableToggle = this.#createTableToggle();
    this.valueAxisToggle = new ValueAxisToggle(actions.setValueAxis);
    const parts = [this.rows, this.tableToggle, this.valueAxisToggle.element, this.noFilterMessage, this.chips, this.clear, this.progressBar];
    this.element = h("section", { class: "dx-filter-bar", "aria-label": "Selected rows and filters" }, ...parts);
  }

  /** @param {number} rows @param {ResultState} status */
  showRowCount(rows, status) {
    if (status !== this.element.dataset.status) this.element.dataset.status = status;
    if (rows === this.#rows && this.#total === this.description.rows) return;
    this.#rows = rows;
    this.#total = this.description.rows;
    const total = formatPreciseNumber(this.#total);
    if (this.total.textContent !== total) this.rows.dataset.widest = formatWidest(total);
    setText(this.total, total);
    setText(this.count, formatPreciseNumber(Math.round(rows)));
    setText(this.shareLabel, `(${formatShare(rows, this.description.rows)})`);
    this.progressBar.style.transform = `scaleX(${rows / Math.max(1, this.description.rows)})`;
  }

  /** @returns {string} */
  formatRowCount() {
    const { rows: all } = this.description;
    return `${formatPreciseNumber(this.#rows)} of ${formatPreciseNumber(all)} rows (${formatShare(this.#rows, all)})`;
  }

  /**
   * @param {Exploration} exploration committed
   * @param {string | null} [live] the view being brushed @param {Filter | null} [filter] what it would filter by
   */
  render(exploration, live = null, filter = null) {
    const chips = [];
    for (const view of exploration.views) {
      const shown = view.id === live ? filter : getFilter(exploration, view.id);
      if (!shown) continue;
      const chip = this.#chips.get(view.id) ?? this.#createChip(view.id);
      const { subject, predicate } = formatFilter(shown, view, this.description);
      updateChip(chip, `${subject} ${predicate}`);
      chips.push(chip.element);
    }
    setChildren(this.chips, chips);
    const open = String(Boolean(exploration.table));
    if (open !== this.tableToggle.getAttribute("aria-pressed")) this.tableToggle.setAttribute("aria-pressed", open);
    this.valueAxisToggle.showValueAxis(exploration.value_axis ?? "all");
    setHidden(this.noFilterMessage, chips.length > 0);
    setHidden(this.clear, chips.length === 0);
  }

  #createTableToggle() {
    const attributes = { "aria-pressed": "false", "aria-controls": "dx-drawer", title: "Show rows (R)" };
    const toggleTable = () => this.actions.table();
    return h("button", { type: "button", class: "dx-quiet-button dx-labelled", ...attributes, onclick: toggleTable }, createIcon("rows"), h("span", {}, "Rows"));
  }

  /** @param {string} id */
  #createChip(id) {
    const goToView = () => this.actions.goTo(id);
    const words = h("button", { type: "button", class: "dx-chip-words", onclick: goToView });
    const remove = createIconButton("close", "Remove filter", () => this.actions.removeFilter(id));
    const chip = { element: h("li", { class: "dx-chip" }, words, remove), words, remove };
    this.#chips.set(id, chip);
    return chip;
  }
}
