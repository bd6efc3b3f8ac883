/**
 * The dialog of sharing: with whom a dataset, a saved view or a live session is shared, and on what terms.
 * @import { Description, Exploration, May, Opened } from "./types.js"
 */
import { ask, attempt } from "./api.js";
import { conditionsOf } from "./share-conditions.js";
import { open } from "./dialogs.js";
import { h, textButton } from "./dom.js";
import { Links } from "./guest-links.js";

const EVERYONE = "Everyone signed in";
const LEVELS = { view: "may view", edit: "may edit", manage: "manages" };
let lists = 0;

/** @typedef {{ id: number, among: "person" | "group" | "everyone", name: string, level: keyof typeof LEVELS, rows: string | null, masked: string[] }} Share */

export class Sharing {
  /** Names suggested so far, and what they name. @type {Map<string, string>} */ #known = new Map([[EVERYONE, "everyone"]]);

  /**
   * @param {string} url of what is shared
   * @param {{ description: Description, exploration: Exploration } | null} dataset whose rows and columns can be restricted
   * @param {(keyof typeof LEVELS)[]} levels that make sense of it
   */
  constructor(url, dataset, levels = ["view", "edit", "manage"]) {
    this.url = url;
    this.dataset = dataset;
    this.problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
    const list = `dx-subjects-${++lists}`;
    this.options = h("datalist", { id: list }, h("option", { value: EVERYONE }));
    const oninput = () => void attempt(this.problem, () => this.#suggest());
    this.name = h("input", { class: "dx-input dx-grow", "aria-label": "Person or group", placeholder: "Person, group or everyone", list, oninput, required: true, autocomplete: "off" });
    const options = levels.map((value) => h("option", { value }, LEVELS[value]));
    this.level = h("select", { class: "dx-select", "aria-label": "Level", hidden: levels.length === 1 }, ...options);
    this.filtered = h("input", { type: "checkbox" });
    this.columns = h("select", { class: "dx-select dx-many", multiple: true, size: 5, "aria-label": "Columns to leave out" });
    this.list = h("ul", { class: "dx-list" });
    this.element = h("div", { class: "dx-stack" }, this.#form(), this.problem, this.list);
    this.#show();
  }

  #form() {
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      attempt(this.problem, () => this.#give());
    };
    const button = h("button", { class: "dx-quiet-button", type: "submit" }, "Share");
    const line = h("div", { class: "dx-line" }, this.name, this.options, this.level, button);
    return h("form", { class: "dx-stack", onsubmit }, line, this.dataset && this.#parts(this.dataset));
  }

  /** @param {{ description: Description, exploration: Exploration }} dataset */
  #parts({ description, exploration }) {
    const filters = Object.keys(exploration.filters).length;
    this.filtered.disabled = !filters;
    this.columns.append(...description.columns.map(({ name, label }) => h("option", { value: name }, label)));
    const rows = h("label", { class: "dx-line" }, this.filtered, filters ? "Only the rows that pass the filters now" : "All rows; filter first to share only some");
    return h("details", {}, h("summary", {}, "Rows and columns"), rows, h("label", { class: "dx-stack" }, "Leave out columns", this.columns));
  }

  async #suggest() {
    const letters = this.name.value.trim();
    if (letters.length < 2 || this.#known.has(letters)) return;
    const { subjects } = await ask("GET", `/api/subjects?q=${encodeURIComponent(letters)}`);
    for (const { among, name } of subjects) this.#known.set(name, among);
    this.options.replaceChildren(...[...this.#known.keys()].map((value) => h("option", { value })));
  }

  async #give() {
    const name = this.name.value.trim();
    const among = this.#known.get(name) ?? "person";
    const masked = [...this.columns.selectedOptions].map((option) => option.value);
    const conditions = this.filtered.checked && this.dataset ? conditionsOf(this.dataset.exploration) : null;
    const part = this.dataset ? { conditions, masked } : {};
    await ask("POST", `${this.url}/shares`, { among, name: among === "everyone" ? "" : name, level: this.level.value, ...part });
    this.name.value = "";
    await this.#show();
  }

  #show() {
    return attempt(this.problem, async () => {
      /** @type {Share[]} */ const shares = (await ask("GET", `${this.url}/shares`)).shares;
      const none = h("li", { class: "dx-weak" }, "Shared with nobody. Owners and admins see it.");
      this.list.replaceChildren(...(shares.length ? shares.map((share) => this.#item(share)) : [none]));
    });
  }

  /** @param {Share} share */
  #item({ id, among, name, level, rows, masked }) {
    const take = () =>
      void attempt(this.problem, async () => {
        await ask("DELETE", `/api/shares/${id}`);
        await this.#show();
      });
    const parts = [LEVELS[level], rows, masked.length && `without ${masked.join(", ")}`].filter(Boolean);
    const who = among === "everyone" ? EVERYONE : among === "group" ? `${name} (group)` : name;
    const what = h("span", { class: "dx-grow" }, who, h("span", { class: "dx-weak" }, ` ${parts.join(" · ")}`));
    return h("li", { class: "dx-line" }, what, textButton("Take away", take));
  }
}

/** @param {{ key: string, name: string }} view @param {May} may */
export function shareView({ key, name }, may) {
  const url = `/api/views/${encodeURIComponent(key)}`;
  open(`Share “${name}”`, new Sharing(url, null).element, new Links(url, may.administer, "sees this view").element);
}

/** Shares the saved view that is open or else the dataset. @param {Opened} opened @param {Exploration} exploration */
export function shareOpened({ view, may, description }, exploration) {
  if (view?.level === "manage") return shareView(view, may);
  const url = `/api/datasets/${encodeURIComponent(description.slug)}`;
  open(`Share ${description.name}`, new Sharing(url, { description, exploration }).element);
}
