/**
 * The share dialog: with whom a dataset, a saved view or a live session is shared, with which level, rows and columns.
 * @import { DatasetDescription, Exploration, Permissions, OpenedExploration } from "./types.js"
 */
import { callApi, runShowingError } from "./api.js";
import { confirmAction } from "./confirm-dialogs.js";
import { conditionsFromFilters } from "./share-conditions.js";
import { openDialog } from "./dialogs.js";
import { h, createTextButton } from "./dom.js";
import { GuestLinks } from "./guest-links.js";
import { EVERYONE, SubjectPicker } from "./subject-picker.js";

const LEVEL_LABELS = { view: "Can view", edit: "Can edit", manage: "Can manage" };

/** @typedef {{ id: number, among: "person" | "group" | "everyone", name: string, level: keyof typeof LEVEL_LABELS, conditions: object[] | null, rows: string | null, shown: string[] | null, masked: string[], unconfirmed: string[] }} Share */

export class SharePanel {
  /** The share whose warning is on screen: sent again, it is saved. */ #warnedShare = "";

  /**
   * @param {string} url of the dataset, saved view or live session
   * @param {{ description: DatasetDescription, exploration: Exploration } | null} dataset whose rows and columns can be restricted
   * @param {(keyof typeof LEVEL_LABELS)[]} levels to choose from
   */
  constructor(url, dataset, levels = ["view", "edit", "manage"]) {
    this.url = url;
    this.dataset = dataset;
    this.errorElement = h("p", { class: "dx-problem", role: "alert", hidden: true });
    this.warning = h("div", { class: "dx-warning", role: "alert", hidden: true });
    this.submit = h("button", { class: "dx-quiet-button", type: "submit" }, "Share");
    this.picker = new SubjectPicker({ label: "Person or group", placeholder: "Person, group or everyone" }, this.errorElement);
    const options = levels.map((value) => h("option", { value }, LEVEL_LABELS[value]));
    this.level = h("select", { class: "dx-select", "aria-label": "Access level", hidden: levels.length === 1 }, ...options);
    this.filtered = h("input", { type: "checkbox" });
    this.columns = h("select", { class: "dx-select dx-many", multiple: true, size: 5, "aria-label": "Hidden columns" });
    this.list = h("ul", { class: "dx-list" });
    this.element = h("div", { class: "dx-stack" }, this.#createForm(), this.errorElement, h("h3", {}, "Shared with"), this.list);
    this.#loadShares();
  }

  #createForm() {
    const handleSubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      runShowingError(this.errorElement, () => this.#grantShare());
    };
    const line = h("div", { class: "dx-line" }, this.picker.element, this.level, this.submit);
    const clearWarning = () => this.#showWarnings("", []);
    return h("form", { class: "dx-stack", onsubmit: handleSubmit, oninput: clearWarning, onchange: clearWarning },
      line, this.dataset && this.#createRestrictions(this.dataset), this.warning);
  }

  /** @param {{ description: DatasetDescription, exploration: Exploration }} dataset */
  #createRestrictions({ description, exploration }) {
    const filters = Object.keys(exploration.filters).length;
    this.filtered.disabled = !filters;
    this.columns.append(...description.columns.map(({ name, label }) => h("option", { value: name }, label)));
    const rows = h("label", { class: "dx-line" }, this.filtered, filters ? "Only rows that match the current filters" : "All rows. To share only some, add filters first.");
    return h("details", {}, h("summary", {}, "Rows and columns"), rows, h("label", { class: "dx-stack" }, "Hide columns", this.columns));
  }

  /** Saves the share, unless people would keep more than it gives them: then they are named first. */
  async #grantShare() {
    const share = { ...(await this.picker.getSubject()), level: this.level.value, ...this.#getRestrictions() };
    const key = JSON.stringify(share);
    if (key !== this.#warnedShare) {
      const { warnings } = await callApi("POST", `${this.url}/shares/check`, share);
      this.#showWarnings(key, warnings);
      if (warnings.length) return;
    }
    await callApi("POST", `${this.url}/shares`, share);
    this.picker.clear();
    this.#showWarnings("", []);
    await this.#loadShares();
  }

  /** @param {string} key @param {string[]} warnings */
  #showWarnings(key, warnings) {
    this.#warnedShare = warnings.length ? key : "";
    this.submit.textContent = warnings.length ? "Share anyway" : "Share";
    this.warning.hidden = !warnings.length;
    const advice = this.dataset ? "Shares add up. To show them less, change or remove the wider share as well." : "";
    this.warning.replaceChildren(...warnings.concat(warnings.length ? advice : "").filter(Boolean).map((sentence) => h("p", {}, sentence)));
  }

  #getRestrictions() {
    const [masked, others] = [true, false].map((selected) => [...this.columns.options].filter((option) => option.selected === selected).map((option) => option.value));
    const shown = masked.length ? others : null;
    const conditions = this.filtered.checked && this.dataset ? conditionsFromFilters(this.dataset.exploration) : null;
    return this.dataset ? { conditions, masked, shown } : {};
  }

  #loadShares() {
    return runShowingError(this.errorElement, async () => {
      /** @type {Share[]} */ const shares = (await callApi("GET", `${this.url}/shares`)).shares;
      const none = h("li", { class: "dx-weak" }, "Not shared yet. The owner and admins have access.");
      this.list.replaceChildren(...(shares.length ? shares.map((share) => this.#createItem(share)) : [none]));
    });
  }

  /** @param {Share} share */
  #createItem(share) {
    const { id, among, name, level, rows, masked, unconfirmed } = share;
    const hidden = masked.length && `hidden columns: ${masked.join(", ")}`;
    const undecided = unconfirmed.length && `new columns, hidden until you decide: ${unconfirmed.join(", ")}`;
    const parts = [LEVEL_LABELS[level].toLowerCase(), rows, hidden, undecided].filter(Boolean);
    const who = among === "everyone" ? EVERYONE : among === "group" ? `${name} (group)` : name;
    const what = h("span", { class: "dx-grow" }, who, h("span", { class: "dx-weak" }, ` ${parts.join(" · ")}`));
    const removeShare = () => callApi("DELETE", `/api/shares/${id}`).then(() => this.#loadShares());
    const question = among === "everyone" ? "Only the owner, admins and people with another share keep access." : `${who} loses this access with the next request. What other shares give stays.`;
    const askRemoval = () => confirmAction(`Stop sharing with ${among === "everyone" ? "everyone" : who}?`, question, "Stop sharing", removeShare);
    return h("li", { class: "dx-line" }, what, ...this.#createColumnButtons(share), createTextButton("Remove", askRemoval));
  }

  /** The buttons that decide about columns that came with a later import. @param {Share} share */
  #createColumnButtons({ among, name, level, conditions, shown, unconfirmed }) {
    if (!unconfirmed.length || !shown) return [];
    const createButton = (/** @type {string} */ label, /** @type {string[]} */ columns) =>
      createTextButton(label, () => runShowingError(this.errorElement, async () => {
        await callApi("POST", `${this.url}/shares`, { among, name, level, conditions, shown: columns });
        await this.#loadShares();
      }));
    return [createButton("Show new columns", [...shown, ...unconfirmed]), createButton("Keep hidden", shown)];
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
