/** A field for a person or a group: suggests those whose names begin with what is typed, for mouse and keyboard. */
import { callApi, showError } from "./api.js";
import { h } from "./dom.js";
import { attachPopover } from "./popovers.js";

/** @typedef {"person" | "group" | "everyone"} SubjectKind */
/** @typedef {{ among: SubjectKind, name: string }} Subject */

export const EVERYONE = "Everyone signed in";
const EVERYONE_SPELLINGS = ["everyone", "everyone signed in", "all"];
const KIND_LABELS = { person: "", group: "group", everyone: "" };
const MIN_LETTERS = 2;
let pickerCount = 0;

/** The same for names that differ only in case, width or spaces, as on the server. @param {string} name */
export const foldName = (name) => name.normalize("NFKC").toLowerCase().trim().split(/\s+/u).join(" ");

/**
 * Whom a text means: what was picked, else everyone, a person or a group of this name; else a person whom only the server may know.
 * @param {string} text @param {Subject | null} picked @param {Subject[]} found @returns {Subject}
 */
export function resolveSubject(text, picked, found) {
  const key = foldName(text);
  if (picked && foldName(getLabel(picked)) === key) return picked;
  if (EVERYONE_SPELLINGS.includes(key)) return { among: "everyone", name: "" };
  const named = found.filter(({ name }) => foldName(name) === key);
  return named.find(({ among }) => among === "person") ?? named[0] ?? { among: "person", name: text.trim() };
}

/** @param {Subject} subject */
const getLabel = ({ among, name }) => (among === "everyone" ? EVERYONE : name);

export class SubjectPicker {
  /** @type {Subject[]} */ #found = [];
  /** @type {Subject | null} */ #picked = null;
  #active = -1;

  /**
   * @param {{ label: string, placeholder: string, kinds?: SubjectKind[], required?: boolean }} options
   * @param {HTMLElement} errorElement
   */
  constructor({ label, placeholder, kinds = ["person", "group", "everyone"], required = true }, errorElement) {
    this.kinds = kinds;
    this.errorElement = errorElement;
    const id = `dx-subjects-${++pickerCount}`;
    this.list = h("ul", { class: "dx-menu dx-picker-list", popover: "manual", role: "listbox", id, "aria-label": "Suggestions" });
    const role = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
    this.input = h("input", { class: "dx-input", "aria-label": label, placeholder, required, autocomplete: "off", ...role });
    this.element = h("span", { class: "dx-picker dx-grow" }, this.input, this.list);
    attachPopover(this.list, this.input, "left");
    this.input.addEventListener("input", () => this.#handleInput());
    this.input.addEventListener("focus", () => void this.#suggest());
    this.input.addEventListener("blur", () => this.#close());
    this.input.addEventListener("keydown", (event) => this.#handleKey(event));
    this.list.addEventListener("pointerdown", (event) => this.#handlePointer(event));
  }

  /** Whom the field names now. @returns {Promise<Subject>} */
  async getSubject() {
    this.#close();
    const text = this.input.value;
    const picked = resolveSubject(text, this.#picked, []);
    if (picked.among !== "person" || picked === this.#picked || foldName(text).length < MIN_LETTERS) return picked;
    return resolveSubject(text, this.#picked, await this.#find(text));
  }

  clear() {
    this.input.value = "";
    this.#picked = null;
  }

  #handleInput() {
    this.#picked = null;
    void this.#suggest();
  }

  /** @param {string} text @returns {Promise<Subject[]>} */
  async #find(text) {
    const { subjects } = await callApi("GET", `/api/subjects?q=${encodeURIComponent(text.trim())}`);
    return subjects.filter((/** @type {Subject} */ { among }) => this.kinds.includes(among));
  }

  async #suggest() {
    const text = this.input.value;
    const key = foldName(text);
    /** @type {Subject[]} */ const everyone = this.kinds.includes("everyone") && foldName(EVERYONE).startsWith(key) ? [{ among: "everyone", name: "" }] : [];
    try {
      const named = key.length < MIN_LETTERS ? [] : await this.#find(text);
      if (text !== this.input.value || document.activeElement !== this.input) return; // the field says something else by now
      this.#show([...named, ...everyone]);
    } catch (error) {
      showError(this.errorElement, /** @type {Error} */ (error));
    }
  }

  /** @param {Subject[]} found */
  #show(found) {
    this.#found = found;
    this.list.replaceChildren(...found.map((subject, index) => this.#createOption(subject, index)));
    this.#setActive(-1);
    if (!found.length) return this.#close();
    if (!this.list.matches(":popover-open")) this.list.showPopover();
    this.input.setAttribute("aria-expanded", "true");
  }

  /** @param {Subject} subject @param {number} index */
  #createOption(subject, index) {
    const kind = h("span", { class: "dx-weak" }, KIND_LABELS[subject.among]);
    const option = { class: "dx-menu-item", role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false" };
    return h("li", option, h("span", { class: "dx-grow" }, getLabel(subject)), kind);
  }

  #close() {
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    this.input.setAttribute("aria-expanded", "false");
    this.#setActive(-1);
  }

  /** @param {number} index */
  #setActive(index) {
    this.#active = index;
    [...this.list.children].forEach((option, each) => option.setAttribute("aria-selected", String(each === index)));
    const active = this.list.children[index];
    this.input.setAttribute("aria-activedescendant", active?.id ?? "");
    active?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  #pick(index) {
    this.#picked = this.#found[index];
    this.input.value = getLabel(this.#picked);
    this.#close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const isOpen = this.list.matches(":popover-open");
    const count = this.#found.length;
    if (event.key === "ArrowDown" && !isOpen) void this.#suggest();
    else if (event.key === "ArrowDown") this.#setActive((this.#active + 1) % count);
    else if (event.key === "ArrowUp" && isOpen) this.#setActive((this.#active <= 0 ? count : this.#active) - 1);
    else if (event.key === "Enter" && isOpen && this.#active >= 0) this.#pick(this.#active);
    else if (event.key === "Escape" && isOpen) this.#close();
    else return;
    event.preventDefault(); // of Esc, too, which would close the dialog
    event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  #handlePointer(event) {
    event.preventDefault(); // keeps the focus in the field
    const option = /** @type {HTMLElement} */ (event.target).closest("[role=option]");
    if (option) this.#pick([...this.list.children].indexOf(option));
  }
}
