/**
 * The page's own tools in the top bar: the dataset, the columns, saved views, sharing, undo and redo.
 * @import { Opened } from "./types.js"
 */
import { h, iconButton } from "./dom.js";

export class Tools {
  /**
   * @param {Opened} opened
   * @param {{ undo(): void, redo(): void, rail(): void, shortcuts(): void, views(): void, share(): void, present(): void,
   *   cuxfilter(): void }} actions
   */
  constructor({ datasets, description: { slug }, view, may, live }, actions) {
    const options = datasets.map(({ slug: value, name }) => h("option", { value, selected: value === slug }, name));
    const open = () => location.assign(`/explore/${encodeURIComponent(this.datasets.value)}`);
    this.datasets = h("select", { class: "dx-select dx-datasets", "aria-label": "Dataset", onchange: open }, ...options);
    this.rail = iconButton("columns", "Columns  [", actions.rail, { "aria-controls": "dx-rail" });
    this.undo = iconButton("undo", "Undo  Ctrl Z", actions.undo);
    this.redo = iconButton("redo", "Redo  Ctrl Shift Z", actions.redo);
    const help = iconButton("help", "Shortcuts  ?", actions.shortcuts);
    const views = may.list && iconButton("save", "Saved views", actions.views);
    const share = (may.share || (may.save && view?.level === "manage")) && iconButton("share", "Share", actions.share);
    const name = view && h("span", { class: "dx-view-name" }, view.name);
    const left = [this.rail, this.datasets, name, h("span", { class: "dx-spring" })];
    const present = may.present && !live && iconButton("present", "Present", actions.present);
    const cuxfilter = may.cuxfilter && iconButton("cuxfilter", "Open in cuxfilter", actions.cuxfilter);
    const parts = [...left, present, cuxfilter, views, share, this.undo, this.redo, help].filter((part) => part instanceof HTMLElement);
    this.element = h("div", { class: "dx-tools" }, ...parts);
  }

  /** @param {{ canUndo: boolean, canRedo: boolean }} timeline @param {boolean} railOpen */
  render({ canUndo, canRedo }, railOpen) {
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
    this.rail.setAttribute("aria-expanded", String(railOpen));
  }
}
