/**
 * The dialog of saved views: save this one, open, rename or delete others.
 * @import { Exploration, AccessLevel, OpenedExploration } from "./types.js"
 */
import { callApi, runShowingError } from "./api.js";
import { promptName, confirmAction } from "./confirm-dialogs.js";
import { openDialog } from "./dialogs.js";
import { h, createTextButton } from "./dom.js";
import { openViewSharing } from "./share-dialog.js";

/** @typedef {{ key: string, name: string, dataset: string, owner: string, level: AccessLevel }} SavedViewItem */

/** @param {string} key */
const getViewPath = (key) => `/view/${encodeURIComponent(key)}`;
/** @param {string} key */
const getViewUrl = (key) => `/api/views/${encodeURIComponent(key)}`;

class SavedViewsPanel {
  /** @param {OpenedExploration} opened @param {Exploration} exploration */
  constructor({ view, description, may: permissions }, exploration) {
    this.view = view;
    this.permissions = permissions;
    this.exploration = exploration;
    this.errorElement = h("p", { class: "dx-problem", role: "alert", hidden: true });
    this.name = h("input", { class: "dx-input", "aria-label": "Name", placeholder: `A view of ${description.name}`, maxlength: 200, required: true });
    this.list = h("ul", { class: "dx-list" });
    this.element = h("div", { class: "dx-stack" }, permissions.save && this.#createForm(), this.#createUpdateButton(), this.errorElement, this.list);
    this.#loadViews();
  }

  #createForm() {
    const saveView = async () => {
      const made = await callApi("POST", "/api/views", { name: this.name.value, exploration: this.exploration });
      location.assign(getViewPath(made.key));
    };
    const handleSubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      runShowingError(this.errorElement, saveView);
    };
    return h("form", { class: "dx-line", onsubmit: handleSubmit }, this.name, h("button", { class: "dx-quiet-button", type: "submit" }, "Save as new view"));
  }

  #createUpdateButton() {
    const { view } = this;
    if (!view || view.level === "view" || !this.permissions.save) return null;
    const updateView = async () => {
      await callApi("PATCH", getViewUrl(view.key), { exploration: this.exploration });
      location.assign(getViewPath(view.key));
    };
    return h("div", { class: "dx-line" }, createTextButton(`Save changes to “${view.name}”`, () => void runShowingError(this.errorElement, updateView)));
  }

  #loadViews() {
    return runShowingError(this.errorElement, async () => {
      /** @type {SavedViewItem[]} */ const views = (await callApi("GET", "/api/views")).views;
      const hint = this.permissions.save ? "Enter a name above to save what is on screen." : "Views that others share with you appear here.";
      const none = h("li", { class: "dx-weak" }, `No saved views yet. ${hint}`);
      this.list.replaceChildren(...(views.length ? views.map((view) => this.#createItem(view)) : [none]));
    });
  }

  /** @param {SavedViewItem} view */
  #createItem({ key, name, dataset, owner, level }) {
    const renameView = () => promptName("Rename view", name, (chosen) => callApi("PATCH", getViewUrl(key), { name: chosen }).then(() => this.#loadViews()));
    const deleteView = () =>
      confirmAction("Delete view", `Delete “${name}”? Its guest links stop working.`, "Delete", () => callApi("DELETE", getViewUrl(key)).then(() => this.#loadViews()));
    const what = h("span", { class: "dx-grow" }, h("a", { href: getViewPath(key) }, name), h("span", { class: "dx-weak" }, ` ${dataset} · ${owner}`));
    return h("li", { class: "dx-line" }, what,
      this.permissions.save && level === "manage" && createTextButton("Share", () => openViewSharing({ key, name }, this.permissions)),
      this.permissions.save && level !== "view" && createTextButton("Rename", renameView),
      this.permissions.save && level === "manage" && createTextButton("Delete", deleteView));
  }
}

/** @param {OpenedExploration} opened @param {Exploration} exploration */
export function openSavedViews(opened, exploration) {
  openDialog("Saved views", new SavedViewsPanel(opened, exploration).element);
}
