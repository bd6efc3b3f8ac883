/**
 * The page's own tools in the top bar: the dataset, the columns, undo and redo.
 * @import { DatasetName } from "./types.js"
 */
import { h, iconButton } from "./dom.js";

export class Tools {
  /**
   * @param {DatasetName[]} datasets @param {string} slug
   * @param {{ undo(): void, redo(): void, rail(): void, shortcuts(): void }} actions
   */
  constructor(datasets, slug, actions) {
    const options = datasets.map(({ slug: value, name }) => h("option", { value, selected: value === slug }, name));
    const open = () => location.assign(`/explore/${encodeURIComponent(this.datasets.value)}`);
    this.datasets = h("select", { class: "dx-select dx-datasets", "aria-label": "Dataset", onchange: open }, ...options);
    this.rail = iconButton("columns", "Columns  [", actions.rail, { "aria-controls": "dx-rail" });
    this.undo = iconButton("undo", "Undo  Ctrl Z", actions.undo);
    this.redo = iconButton("redo", "Redo  Ctrl Shift Z", actions.redo);
    const help = iconButton("help", "Shortcuts  ?", actions.shortcuts);
    const parts = [this.rail, this.datasets, h("span", { class: "dx-spring" }), this.undo, this.redo, help];
    this.element = h("div", { class: "dx-tools" }, ...parts);
  }

  /** @param {{ canUndo: boolean, canRedo: boolean }} timeline @param {boolean} railOpen */
  render({ canUndo, canRedo }, railOpen) {
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
    this.rail.setAttribute("aria-expanded", String(railOpen));
  }
}
