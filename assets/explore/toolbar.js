/**
 * The page's toolbar in the top bar: dataset, column sidebar, saved views, sharing, undo and redo.
 * @import { OpenedExploration } from "./types.js"
 */
import { h, createIconButton } from "./dom.js";

/** Buttons that narrow screens have no room for. */
const WIDE_ONLY = { class: "dx-icon-button dx-wide-only" };

export class Toolbar {
  /**
   * @param {OpenedExploration} opened
   * @param {{ undo(): void, redo(): void, rail(): void, shortcuts(): void, views(): void, share(): void, present(): void,
   *   cuxfilter(): void }} actions
   */
  constructor({ datasets, description: { slug }, view, may, live }, actions) {
    const options = datasets.map(({ slug: value, name }) => h("option", { value, selected: value === slug }, name));
    const openDataset = () => location.assign(`/explore/${encodeURIComponent(this.datasets.value)}`);
    this.datasets = h("select", { class: "dx-select dx-datasets", "aria-label": "Dataset", onchange: openDataset }, ...options);
    this.sidebarButton = createIconButton("columns", "Columns ([)", actions.rail, { "aria-controls": "dx-rail" });
    this.undoButton = createIconButton("undo", "Undo (Ctrl+Z)", actions.undo);
    this.redoButton = createIconButton("redo", "Redo (Ctrl+Shift+Z)", actions.redo);
    const help = createIconButton("help", "Keyboard shortcuts (?)", actions.shortcuts, WIDE_ONLY);
    const views = may.list && createIconButton("save", "Saved views", actions.views);
    const share = (may.share || (may.save && view?.level === "manage")) && createIconButton("share", "Share", actions.share);
    const name = view && h("span", { class: "dx-view-name" }, view.name);
    const left = [this.sidebarButton, this.datasets, name, h("span", { class: "dx-spacer" })];
    const present = may.present && !live && createIconButton("present", "Present", actions.present);
    const cuxfilter = may.cuxfilter && createIconButton("cuxfilter", "Open in cuxfilter", actions.cuxfilter, WIDE_ONLY);
    const parts = [...left, present, cuxfilter, views, share, this.undoButton, this.redoButton, help].filter((part) => part instanceof HTMLElement);
    this.element = h("div", { class: "dx-tools" }, ...parts);
  }

  /** @param {{ canUndo: boolean, canRedo: boolean }} timeline */
  render({ canUndo, canRedo }) {
    this.undoButton.disabled = !canUndo;
    this.redoButton.disabled = !canRedo;
  }
}
