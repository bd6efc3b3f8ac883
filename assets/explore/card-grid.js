/**
 * The cards on twelve columns.
 * @import { Exploration } from "./types.js"
 * @import { Actions } from "./card-actions.js"
 */
import { Card } from "./view-card.js";
import { h, setChildren } from "./dom.js";
import { landing, markLanding } from "./card-drag.js";
import { COLUMN_DRAG } from "./column-sidebar.js";

export class Grid {
  /** @type {Map<string, Card>} */ cards = new Map();

  /** @param {Actions} actions @param {(columns: string[], index: number) => void} add */
  constructor(actions, add) {
    this.actions = actions;
    this.add = add;
    this.cardsElement = h("div", { class: "dx-cards" });
    this.empty = h("p", { class: "dx-empty" }, "No views. Click a column on the left to see its distribution, or drag it here.");
    this.element = h("div", { class: "dx-grid" }, this.cardsElement, this.empty);
    this.#acceptColumns();
  }

  /** @param {Exploration} exploration */
  render({ views }) {
    const kept = new Set(views.map((view) => view.id));
    for (const [id, card] of this.cards) {
      if (kept.has(id)) continue;
      card.destroy();
      this.cards.delete(id);
    }
    for (const view of views) {
      const card = this.cards.get(view.id);
      if (!card) this.cards.set(view.id, new Card(view, this.actions, this.cardsElement));
      else if (card.view !== view) card.update(view);
    }
    setChildren(this.cardsElement, views.map((view) => /** @type {Card} */ (this.cards.get(view.id)).element));
    this.empty.hidden = views.length > 0;
  }

  destroy() {
    for (const card of this.cards.values()) card.destroy();
  }

  #acceptColumns() {
    const isColumn = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes(COLUMN_DRAG);
    this.element.addEventListener("dragover", (event) => {
      if (!isColumn(event)) return;
      event.preventDefault();
      markLanding(this.cardsElement, landing(this.cardsElement, event.clientX, event.clientY));
    });
    this.element.addEventListener("dragleave", () => markLanding(this.cardsElement, null));
    this.element.addEventListener("drop", (event) => {
      if (!isColumn(event)) return;
      event.preventDefault();
      markLanding(this.cardsElement, null);
      const column = /** @type {DataTransfer} */ (event.dataTransfer).getData(COLUMN_DRAG);
      this.add([column], landing(this.cardsElement, event.clientX, event.clientY)?.index ?? this.cards.size);
    });
  }
}
