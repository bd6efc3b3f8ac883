/** Guest links to a saved view or a live session: create, copy, revoke. */
import { callApi, runShowingError } from "./api.js";
import { confirmAction } from "./confirm-dialogs.js";
import { h, createTextButton } from "./dom.js";
import { SubjectPicker } from "./subject-picker.js";

const DAY = 86_400_000;
/** @type {[number, string][]} days and label */
const LIFETIMES = [[1, "1 day"], [7, "7 days"], [30, "30 days"], [365, "1 year"]];

/** @typedef {{ id: string, label: string, path: string, rights_of: string, expires: string, opened: string | null }} GuestLink */

/** @param {string} moment */
const formatMoment = (moment) => new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

export class GuestLinks {
  /**
   * @param {string} url of the saved view or live session @param {boolean} canChooseRights whether they may have another user's rights
   * @param {string} visitorAction what visitors with a link can do
   */
  constructor(url, canChooseRights, visitorAction) {
    this.url = url;
    this.errorElement = h("p", { class: "dx-problem", role: "alert", hidden: true });
    this.statusElement = h("span", { class: "visually-hidden", role: "status" });
    this.label = h("input", { class: "dx-input dx-grow", "aria-label": "Label", placeholder: "Label (optional)", maxlength: 80 });
    const lives = LIFETIMES.map(([days, words]) => h("option", { value: days, selected: days === 7 }, words));
    this.lifetime = h("select", { class: "dx-select", "aria-label": "Valid for" }, ...lives);
    this.rightsOf = new SubjectPicker({ label: "Sees what this person sees", placeholder: "Sees what you see", kinds: ["person"], required: false }, this.errorElement);
    this.rightsOf.element.hidden = !canChooseRights;
    this.list = h("ul", { class: "dx-list" });
    const about = h("p", { class: "dx-weak" }, `Anyone with a guest link ${visitorAction} without signing in.`);
    this.element = h("section", { class: "dx-stack" }, h("h3", {}, "Guest links"), about, this.#createForm(), this.errorElement, this.list, this.statusElement);
    this.#loadLinks();
  }

  #createForm() {
    const createLink = async () => {
      const expires = new Date(Date.now() + Number(this.lifetime.value) * DAY).toISOString();
      await callApi("POST", `${this.url}/guests`, { expires, label: this.label.value, rights_of: this.rightsOf.input.value.trim() || null });
      this.label.value = "";
      await this.#loadLinks();
    };
    const handleSubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      runShowingError(this.errorElement, createLink);
    };
    const button = h("button", { class: "dx-quiet-button", type: "submit" }, "Create link");
    return h("form", { class: "dx-line", onsubmit: handleSubmit }, this.label, this.rightsOf.element, this.lifetime, button);
  }

  #loadLinks() {
    return runShowingError(this.errorElement, async () => {
      /** @type {GuestLink[]} */ const links = (await callApi("GET", `${this.url}/guests`)).links;
      const none = h("li", { class: "dx-weak" }, "No guest links yet.");
      this.list.replaceChildren(...(links.length ? links.map((link) => this.#createItem(link)) : [none]));
    });
  }

  /** @param {GuestLink} link */
  #createItem({ id, label, path, rights_of, expires, opened }) {
    const address = location.origin + path;
    const copyLink = () =>
      void runShowingError(this.errorElement, async () => {
        await navigator.clipboard.writeText(address);
        this.statusElement.textContent = "Copied.";
      });
    const revokeLink = () => callApi("DELETE", `/api/guests/${id}`).then(() => this.#loadLinks());
    const askRevoking = () =>
      confirmAction("Revoke this guest link?", `${label ? `“${label}”` : "The link"} stops working, and guests who have it open lose access. This can't be undone.`, "Revoke", revokeLink);
    const facts = [`sees what ${rights_of} sees`, `expires ${formatMoment(expires)}`, opened ? `opened ${formatMoment(opened)}` : "never opened"];
    const what = h("span", { class: "dx-grow" }, h("a", { href: address }, label || "Link"), h("span", { class: "dx-weak" }, ` ${facts.join(" · ")}`));
    return h("li", { class: "dx-line" }, what, createTextButton("Copy", copyLink), createTextButton("Revoke", askRevoking));
  }
}
