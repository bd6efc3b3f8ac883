/**
 * Where Dash hands over: props come in, committed explorations go out.
 * @import { Exploration, NotOpened, Opened, Preparing } from "./types.js"
 */
import { h } from "./dom.js";
import { markOf } from "./undo-history.js";
import { Page } from "./page.js";
import { gone, notOpened, skeleton } from "./empty-states.js";

/** @typedef {{ dataset: string | null, opened?: Opened | NotOpened | Preparing }} Props */
/** @typedef {(props: { address?: string, attempt?: number, exploration?: Exploration }) => void} SetProps */

const PATIENCE = 10_000;
/** Between two questions whether what takes its time is there, milliseconds. */
const AGAIN = 1000;
const RIGHTS_CHANGED = "Your rights have changed. This is what you may see now.";
const NO_ANSWER = "The server has not answered. Check the connection, then reload the page.";

class Explorer {
  /** @type {Page | null} */ #page = null;
  /** @type {Props["opened"]} */ #opened = undefined;
  #listening = new AbortController();
  #impatience = 0;
  #attempt = 0;
  /** @type {{ destroy(): void } | null} */ #live = null;
  #changed = false;
  #address = location.hash;

  /** @param {HTMLElement} host @param {Props} props @param {SetProps} setProps */
  constructor(host, props, setProps) {
    this.host = host;
    this.setProps = setProps;
    host.replaceChildren(...skeleton());
    addEventListener("hashchange", () => this.#foreign(), { signal: this.#listening.signal });
    this.#impatience = window.setTimeout(() => this.#explain({ error: NO_ANSWER, datasets: null }), PATIENCE);
    setProps({ address: this.#address });
    this.update(props);
  }

  /** @param {Props} props */
  update({ opened }) {
    if (!opened || opened === this.#opened) return;
    this.#opened = opened;
    clearTimeout(this.#impatience);
    if (opened.preparing !== undefined) return this.#wait(opened.preparing);
    if (opened.error !== undefined) return this.#explain(opened);
    if (this.#page?.holds(opened)) return this.#page.open(opened);
    this.#page?.destroy();
    this.#page = new Page(this.host, opened, {
      onCommit: (exploration) => this.setProps({ exploration }),
      onRightsChanged: () => this.#reopen(),
      onGone: () => this.#clear(gone()),
      onGrows: () => void (this.#live ?? (this.#page && this.#hear(this.#page))),
    });
    void this.#join(this.#page, opened);
    if (this.#changed) this.#page.notices.show("rights", RIGHTS_CHANGED);
    this.#changed = false;
  }

  /** What is live comes with a library of its own. @param {Page} page @param {Opened} opened */
  async #join(page, { live, description }) {
    this.#live?.destroy();
    this.#live = null;
    if (!live) return description.grows ? this.#hear(page) : undefined;
    const { join } = await import("../live/join-session.js");
    if (page !== this.#page) return;
    this.#live = join(page, live);
  }

  /** @param {Page} page */
  async #hear(page) {
    const { RowsHeard } = await import("../live/growth-listener.js");
    if (page !== this.#page) return;
    const heard = new RowsHeard(page);
    this.#live = heard;
    await heard.start();
  }

  /** What the person may see has changed: open the same address anew, for as much of it as still fits. */
  #reopen() {
    this.#changed = true;
    this.#ask();
  }

  /** @param {string} sentence */
  #wait(sentence) {
    this.#page?.destroy();
    this.#page = null;
    this.host.replaceChildren(...skeleton(sentence));
    this.#impatience = window.setTimeout(() => this.#ask(), AGAIN);
  }

  #ask() {
    this.setProps({ address: location.hash, attempt: ++this.#attempt });
  }

  destroy() {
    clearTimeout(this.#impatience);
    this.#listening.abort();
    this.#live?.destroy();
    this.#page?.destroy();
    this.host.replaceChildren();
  }

  /** An address that the page did not write itself. Dash says nothing of one that it has answered last. */
  #foreign() {
    if (markOf(history.state)) return;
    const again = location.hash === this.#address && this.#opened && this.#opened.error === undefined;
    if (again) this.#page?.open(/** @type {Opened} */ (this.#opened));
    this.#address = location.hash;
    this.setProps({ address: this.#address });
  }

  /** @param {NotOpened} opened */
  #explain(opened) {
    this.#clear(notOpened(opened));
  }

  /** Says so in place of all that was shown, tables in dialogs included. @param {Node[]} state */
  #clear(state) {
    this.#page?.destroy();
    this.#page = null;
    for (const dialog of document.querySelectorAll("dialog.dx-dialog")) dialog.remove();
    this.host.replaceChildren(h("main", { class: "dx-main", id: "dx-main", tabindex: "-1" }, ...state));
  }
}

/** @param {HTMLElement} host @param {Props} props @param {SetProps} setProps */
export const mount = (host, props, setProps) => new Explorer(host, props, setProps);
