/**
 * The dialog of saved views: keep this one, open, rename or delete another.
 * @import { Exploration, Level, Opened } from "./types.js"
 */
import { ask, attempt } from "./api.js";
import { askName, askSure } from "./confirm-dialogs.js";
import { open } from "./dialogs.js";
import { h, textButton } from "./dom.js";
import { shareView } from "./share-dialog.js";

/** @typedef {{ key: string, name: string, dataset: string, owner: string, level: Level }} Listed */

/** @param {string} key */
const path = (key) => `/view/${encodeURIComponent(key)}`;
/** @param {string} key */
const url = (key) => `/api/views/${encodeURIComponent(key)}`;

class Views {
  /** @param {Opened} opened @param {Exploration} exploration */
  constructor({ view, description, may }, exploration) {
    this.view = view;
    this.may = may;
    this.exploration = exploration;
    this.problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
    this.name = h("input", { class: "dx-input", "aria-label": "Name", placeholder: `A view of ${description.name}`, maxlength: 200, required: true });
    this.list = h("ul", { class: "dx-list" });
    this.element = h("div", { class: "dx-stack" }, may.save && this.#form(), this.#update(), this.problem, this.list);
    this.#show();
  }

  #form() {
    const save = async () => {
      const made = await ask("POST", "/api/views", { name: this.name.value, exploration: this.exploration });
      location.assign(path(made.key));
    };
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      attempt(this.problem, save);
    };
    return h("form", { class: "dx-line", onsubmit }, this.name, h("button", { class: "dx-quiet-button", type: "submit" }, "Save as new"));
  }

  #update() {
    const { view } = this;
    if (!view || view.level === "view" || !this.may.save) return null;
    const update = async () => {
      await ask("PATCH", url(view.key), { exploration: this.exploration });
      location.assign(path(view.key));
    };
    return h("div", { class: "dx-line" }, textButton(`Update “${view.name}”`, () => void attempt(this.problem, update)));
  }

  #show() {
    return attempt(this.problem, async () => {
      /** @type {Listed[]} */ const views = (await ask("GET", "/api/views")).views;
      const none = h("li", { class: "dx-weak" }, "No saved view yet.");
      this.list.replaceChildren(...(views.length ? views.map((view) => this.#item(view)) : [none]));
    });
  }

  /** @param {Listed} view */
  #item({ key, name, dataset, owner, level }) {
    const rename = () => askName("Rename view", name, (chosen) => ask("PATCH", url(key), { name: chosen }).then(() => this.#show()));
    const remove = () =>
      askSure("Delete view", `Delete “${name}” with its links?`, "Delete", () => ask("DELETE", url(key)).then(() => this.#show()));
    const what = h("span", { class: "dx-grow" }, h("a", { href: path(key) }, name), h("span", { class: "dx-weak" }, ` ${dataset} · ${owner}`));
    return h("li", { class: "dx-line" }, what,
      this.may.save && level === "manage" && textButton("Share", () => shareView({ key, name }, this.may)),
      this.may.save && level !== "view" && textButton("Rename", rename),
      this.may.save && level === "manage" && textButton("Delete", remove));
  }
}

/** @param {Opened} opened @param {Exploration} exploration */
export function showViews(opened, exploration) {
  open("Saved views", new Views(opened, exploration).element);
}
