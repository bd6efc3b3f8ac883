/** Guest links to a saved view or a live session: give one out, copy, revoke. */
import { ask, attempt } from "./api.js";
import { h, textButton } from "./dom.js";

const DAY = 86_400_000;
const LIVES = [[1, "a day"], [7, "a week"], [30, "30 days"], [365, "a year"]];

/** @typedef {{ id: string, label: string, path: string, rights_of: string, expires: string, opened: string | null }} Link */

/** @param {string} moment */
const when = (moment) => new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

export class Links {
  /**
   * @param {string} url of what they lead to @param {boolean} anybody whether the rights may be somebody else's
   * @param {string} does what whoever has one does
   */
  constructor(url, anybody, does) {
    this.url = url;
    this.problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
    this.said = h("span", { class: "visually-hidden", role: "status" });
    this.label = h("input", { class: "dx-input dx-grow", "aria-label": "What the link is for", placeholder: "What it is for", maxlength: 80 });
    const lives = LIVES.map(([days, words]) => h("option", { value: days, selected: days === 7 }, `for ${words}`));
    this.life = h("select", { class: "dx-select", "aria-label": "How long it is good" }, ...lives);
    this.rightsOf = h("input", { class: "dx-input", "aria-label": "Rights of", placeholder: "Rights of: you", hidden: !anybody });
    this.list = h("ul", { class: "dx-list" });
    const about = h("p", { class: "dx-weak" }, `Whoever has a guest link ${does} without signing in.`);
    this.element = h("section", { class: "dx-stack" }, h("h3", {}, "Guest links"), about, this.#form(), this.problem, this.list, this.said);
    this.#show();
  }

  #form() {
    const create = async () => {
      const expires = new Date(Date.now() + Number(this.life.value) * DAY).toISOString();
      await ask("POST", `${this.url}/guests`, { expires, label: this.label.value, rights_of: this.rightsOf.value.trim() || null });
      this.label.value = "";
      await this.#show();
    };
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      attempt(this.problem, create);
    };
    const button = h("button", { class: "dx-quiet-button", type: "submit" }, "Create link");
    return h("form", { class: "dx-line", onsubmit }, this.label, this.rightsOf, this.life, button);
  }

  #show() {
    return attempt(this.problem, async () => {
      /** @type {Link[]} */ const links = (await ask("GET", `${this.url}/guests`)).links;
      this.list.replaceChildren(...links.map((link) => this.#item(link)));
    });
  }

  /** @param {Link} link */
  #item({ id, label, path, rights_of, expires, opened }) {
    const address = location.origin + path;
    const copy = () =>
      void attempt(this.problem, async () => {
        await navigator.clipboard.writeText(address);
        this.said.textContent = "Copied.";
      });
    const revoke = () =>
      void attempt(this.problem, async () => {
        await ask("DELETE", `/api/guests/${id}`);
        await this.#show();
      });
    const facts = [`rights of ${rights_of}`, `until ${when(expires)}`, opened ? `opened ${when(opened)}` : "not opened yet"];
    const what = h("span", { class: "dx-grow" }, h("a", { href: address }, label || "Link"), h("span", { class: "dx-weak" }, ` ${facts.join(" · ")}`));
    return h("li", { class: "dx-line" }, what, textButton("Copy", copy), textButton("Revoke", revoke));
  }
}
