/**
 * The grid of cards, twelve columns wide.
 * @import { Exploration } from "./types.js"
 * @import { CardActions } from "./card-actions.js"
 */
import { ViewCard } from "./view-card.js";
import { h, setChildren } from "./dom.js";
import { findDropTarget, markDropTarget } from "./card-drag.js";
import { COLUMN_MIME_TYPE } from "./column-sidebar.js";

export class CardGrid {
  /** @type {Map<string, ViewCard>} */ cards = new Map();

  /** @param {CardActions} actions @param {(columns: string[], index: number) => void} add */
  constructor(actions, add) {
    this.actions = actions;
    this.addView = add;
    this.cardsElement = h("div", { class: "dx-cards" });
    this.emptyMessage = h("p", { class: "dx-empty" }, "No charts yet. Click a column on the left to add a chart, or drag it here.");
    this.element = h("div", { class: "dx-grid" }, this.cardsElement, this.emptyMessage);
    this.#acceptColumns();
  }

  /** @param {Exploration} exploration */
  render({ views, value_axis: valueAxis = "all" }) {
    const kept = new Set(views.map((view) => view.id));
    for (const [id, card] of this.cards) {
      if (kept.has(id)) continue;
      card.destroy();
      this.cards.delete(id);
    }
    for (const view of views) {
      const card = this.cards.get(view.id);
      if (!card) this.cards.set(view.id, new ViewCard(view, this.actions, this.cardsElement));
      else if (card.view !== view) card.update(view);
      this.cards.get(view.id)?.setPageValueAxis(valueAxis);
    }
    setChildren(this.cardsElement, views.map((view) => /** @type {ViewCard} */ (this.cards.get(view.id)).element));
    this.emptyMessage.hidden = views.length > 0;
  }

  /** A brush has started or stopped moving. @param {boolean} isBrushing */
  setBrushing(isBrushing) {
    for (const card of this.cards.values()) card.chart.setPageBrushing(isBrushing);
  }

  /** @param {number} rows how many pass all filters @param {number} all */
  setSelectedRows(rows, all) {
    for (const card of this.cards.values()) card.chart.setSelectedRows(rows, all);
  }

  destroy() {
    for (const card of this.cards.values()) card.destroy();
  }

  #acceptColumns() {
    const isColumn = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes(COLUMN_MIME_TYPE);
    this.element.addEventListener("dragover", (event) => {
      if (!isColumn(event)) return;
      event.preventDefault();
      markDropTarget(this.cardsElement, findDropTarget(this.cardsElement, event.clientX, event.clientY));
    });
    this.element.addEventListener("dragleave", () => markDropTarget(this.cardsElement, null));
    this.element.addEventListener("drop", (event) => {
      if (!isColumn(event)) return;
      event.preventDefault();
      markDropTarget(this.cardsElement, null);
      const column = /** @type {DataTransfer} */ (event.dataTransfer).getData(COLUMN_MIME_TYPE);
      this.addView([column], findDropTarget(this.cardsElement, event.clientX, event.clientY)?.index ?? this.cards.size);
    });
  }
}
