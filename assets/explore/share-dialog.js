/**
 * The share dialog: with whom a dataset, a saved view or a live session is shared, with which level, rows and columns.
 * @import { DatasetDescription, Exploration, Permissions, OpenedExploration } from "./types.js"
 */
import { callApi, runShowingError } from "./api.js";
import { conditionsFromFilters } from "./share-conditions.js";
import { openDialog } from "./dialogs.js";
import { h, createTextButton } from "./dom.js";
import { GuestLinks } from "./guest-links.js";

const EVERYONE = "Everyone signed in";
const LEVEL_LABELS = { view: "Can view", edit: "Can edit", manage: "Can manage" };
let datalistCount = 0;

/** @typedef {{ id: number, among: "person" | "group" | "everyone", name: string, level: keyof typeof LEVEL_LABELS, rows: string | null, masked: string[] }} Share */

export class SharePanel {
  /** Names suggested so far, and whether each is a person or a group. @type {Map<string, string>} */ #subjectKinds = new Map([[EVERYONE, "everyone"]]);

  /**
   * @param {string} url of the dataset, saved view or live session
   * @param {{ description: DatasetDescription, exploration: Exploration } | null} dataset whose rows and columns can be restricted
   * @param {(keyof typeof LEVEL_LABELS)[]} levels to choose from
   */
  constructor(url, dataset, levels = ["view", "edit", "manage"]) {
    this.url = url;
    this.dataset = dataset;
    this.errorElement = h("p", { class: "dx-problem", role: "alert", hidden: true });
    const list = `dx-subjects-${++datalistCount}`;
    this.options = h("datalist", { id: list }, h("option", { value: EVERYONE }));
    const handleInput = () => void runShowingError(this.errorElement, () => this.#suggestSubjects());
    this.name = h("input", { class: "dx-input dx-grow", "aria-label": "Person or group", placeholder: "Person, group or everyone", list, oninput: handleInput, required: true, autocomplete: "off" });
    const options = levels.map((value) => h("option", { value }, LEVEL_LABELS[value]));
    this.level = h("select", { class: "dx-select", "aria-label": "Access level", hidden: levels.length === 1 }, ...options);
    this.filtered = h("input", { type: "checkbox" });
    this.columns = h("select", { class: "dx-select dx-many", multiple: true, size: 5, "aria-label": "Hidden columns" });
    this.list = h("ul", { class: "dx-list" });
    this.element = h("div", { class: "dx-stack" }, this.#createForm(), this.errorElement, this.list);
    this.#loadShares();
  }

  #createForm() {
    const handleSubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      runShowingError(this.errorElement, () => this.#grantShare());
    };
    const button = h("button", { class: "dx-quiet-button", type: "submit" }, "Share");
    const line = h("div", { class: "dx-line" }, this.name, this.options, this.level, button);
    return h("form", { class: "dx-stack", onsubmit: handleSubmit }, line, this.dataset && this.#createRestrictions(this.dataset));
  }

  /** @param {{ description: DatasetDescription, exploration: Exploration }} dataset */
  #createRestrictions({ description, exploration }) {
    const filters = Object.keys(exploration.filters).length;
    this.filtered.disabled = !filters;
    this.columns.append(...description.columns.map(({ name, label }) => h("option", { value: name }, label)));
    const rows = h("label", { class: "dx-line" }, this.filtered, filters ? "Only rows that match the current filters" : "All rows. To share only some, add filters first.");
    return h("details", {}, h("summary", {}, "Rows and columns"), rows, h("label", { class: "dx-stack" }, "Hide columns", this.columns));
  }

  async #suggestSubjects() {
    const letters = this.name.value.trim();
    if (letters.length < 2 || this.#subjectKinds.has(letters)) return;
    const { subjects } = await callApi("GET", `/api/subjects?q=${encodeURIComponent(letters)}`);
    for (const { among, name } of subjects) this.#subjectKinds.set(name, among);
    this.options.replaceChildren(...[...this.#subjectKinds.keys()].map((value) => h("option", { value })));
  }

  async #grantShare() {
    const name = this.name.value.trim();
    const among = this.#subjectKinds.get(name) ?? "person";
    const masked = [...this.columns.selectedOptions].map((option) => option.value);
    const conditions = this.filtered.checked && this.dataset ? conditionsFromFilters(this.dataset.exploration) : null;
    const part = this.dataset ? { conditions, masked } : {};
    await callApi("POST", `${this.url}/shares`, { among, name: among === "everyone" ? "" : name, level: this.level.value, ...part });
    this.name.value = "";
    await this.#loadShares();
  }

  #loadShares() {
    return runShowingError(this.errorElement, async () => {
      /** @type {Share[]} */ const shares = (await callApi("GET", `${this.url}/shares`)).shares;
      const none = h("li", { class: "dx-weak" }, "Not shared yet. The owner and admins have access.");
      this.list.replaceChildren(...(shares.length ? shares.map((share) => this.#createItem(share)) : [none]));
    });
  }

  /** @param {Share} share */
  #createItem({ id, among, name, level, rows, masked }) {
    const removeShare = () =>
      void runShowingError(this.errorElement, async () => {
        await callApi("DELETE", `/api/shares/${id}`);
        await this.#loadShares();
      });
    const parts = [LEVEL_LABELS[level].toLowerCase(), rows, masked.length && `hidden columns: ${masked.join(", ")}`].filter(Boolean);
    const who = among === "everyone" ? EVERYONE : among === "group" ? `${name} (group)` : name;
    const what = h("span", { class: "dx-grow" }, who, h("span", { class: "dx-weak" }, ` ${parts.join(" · ")}`));
    return h("li", { class: "dx-line" }, what, createTextButton("Remove", removeShare));
  }
}

/** @param {{ key: string, name: string }} view @param {Permissions} permissions */
export function openViewSharing({ key, name }, permissions) {
  const url = `/api/views/${encodeURIComponent(key)}`;
  openDialog(`Share “${name}”`, new SharePanel(url, null).element, new GuestLinks(url, permissions.administer, "can open this view").element);
}

/** Shares the saved view that is open or else the dataset. @param {OpenedExploration} opened @param {Exploration} exploration */
export function openSharing({ view, may, description }, exploration) {
  if (view?.level === "manage") return openViewSharing(view, may);
  const url = `/api/datasets/${encodeURIComponent(description.slug)}`;
  openDialog(`Share ${description.name}`, new SharePanel(url, { description, exploration }).element);
}
