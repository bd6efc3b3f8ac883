/**
 * Mounts the Explore page in a Dash component: props come in, committed explorations go out.
 * @import { Exploration, OpenError, OpenedExploration, PreparingDataset } from "./types.js"
 */
import { h } from "./dom.js";
import { getHistoryMark } from "./undo-history.js";
import { ExplorePage } from "./page.js";
import { createGoneMessage, createOpenError, createSkeleton } from "./empty-states.js";

/** @typedef {{ dataset: string | null, opened?: OpenedExploration | OpenError | PreparingDataset }} Props */
/** @typedef {(props: { address?: string, attempt?: number, exploration?: Exploration }) => void} SetProps */

const ANSWER_TIMEOUT = 10_000;
/** Delay before asking again whether a dataset is ready, milliseconds. */
const RETRY_INTERVAL = 1000;
const RIGHTS_CHANGED = "Your access has changed. The page now shows what you can see.";
const NO_ANSWER = "The server isn't responding. Check your connection, then reload the page.";

class ExplorerHost {
  /** @type {ExplorePage | null} */ #page = null;
  /** @type {Props["opened"]} */ #opened = undefined;
  #abortController = new AbortController();
  #answerTimer = 0;
  #attempt = 0;
  /** @type {{ destroy(): void } | null} */ #liveHandle = null;
  #rightsChanged = false;
  #address = location.hash;

  /** @param {HTMLElement} host @param {Props} props @param {SetProps} setProps */
  constructor(host, props, setProps) {
    this.host = host;
    this.setProps = setProps;
    host.replaceChildren(...createSkeleton());
    addEventListener("hashchange", () => this.#handleHashChange(), { signal: this.#abortController.signal });
    this.#answerTimer = window.setTimeout(() => this.#showOpenError({ error: NO_ANSWER, datasets: null }), ANSWER_TIMEOUT);
    setProps({ address: this.#address });
    this.update(props);
  }

  /** @param {Props} props */
  update({ opened }) {
    if (!opened || opened === this.#opened) return;
    this.#opened = opened;
    clearTimeout(this.#answerTimer);
    if (opened.preparing !== undefined) return this.#showPreparing(opened.preparing);
    if (opened.error !== undefined) return this.#showOpenError(opened);
    if (this.#page?.matchesDataset(opened)) return this.#page.openExploration(opened);
    this.#page?.destroy();
    this.#page = new ExplorePage(this.host, opened, {
      onCommit: (exploration) => this.setProps({ exploration }),
      onRightsChanged: () => this.#reopenAddress(),
      onGone: () => this.#showState(createGoneMessage()),
      onGrows: () => void (this.#liveHandle ?? (this.#page && this.#listenForRows(this.#page))),
    });
    void this.#joinLiveSession(this.#page, opened);
    if (this.#rightsChanged) this.#page.notices.show("rights", RIGHTS_CHANGED);
    this.#rightsChanged = false;
  }

  /** Joins a live session or listens for growth; these modules are loaded on demand. @param {ExplorePage} page @param {OpenedExploration} opened */
  async #joinLiveSession(page, { live, description }) {
    this.#liveHandle?.destroy();
    this.#liveHandle = null;
    if (!live) return description.grows ? this.#listenForRows(page) : undefined;
    const { joinSession: join } = await import("../live/join-session.js");
    if (page !== this.#page) return;
    this.#liveHandle = join(page, live);
  }

  /** @param {ExplorePage} page */
  async #listenForRows(page) {
    const { GrowthListener } = await import("../live/growth-listener.js");
    if (page !== this.#page) return;
    const listener = new GrowthListener(page);
    this.#liveHandle = listener;
    await listener.start();
  }

  /** The user's access has changed: opens the same address again, with what of it is still visible. */
  #reopenAddress() {
    this.#rightsChanged = true;
    this.#requestOpen();
  }

  /** @param {string} sentence */
  #showPreparing(sentence) {
    this.#page?.destroy();
    this.#page = null;
    this.host.replaceChildren(...createSkeleton(sentence));
    this.#answerTimer = window.setTimeout(() => this.#requestOpen(), RETRY_INTERVAL);
  }

  #requestOpen() {
    this.setProps({ address: location.hash, attempt: ++this.#attempt });
  }

  destroy() {
    clearTimeout(this.#answerTimer);
    this.#abortController.abort();
    this.#liveHandle?.destroy();
    this.#page?.destroy();
    this.host.replaceChildren();
  }

  /** Opens an address that the page did not write itself. Dash doesn't respond to the address it has opened last. */
  #handleHashChange() {
    if (getHistoryMark(history.state)) return;
    const again = location.hash === this.#address && this.#opened && this.#opened.error === undefined;
    if (again) this.#page?.openExploration(/** @type {OpenedExploration} */ (this.#opened));
    this.#address = location.hash;
    this.setProps({ address: this.#address });
  }

  /** @param {OpenError} opened */
  #showOpenError(opened) {
    this.#showState(createOpenError(opened));
  }

  /** Replaces everything that is shown, open dialogs included, with a message. @param {Node[]} state */
  #showState(state) {
    this.#page?.destroy();
    this.#page = null;
    for (const dialog of document.querySelectorAll("dialog.dx-dialog")) dialog.remove();
    this.host.replaceChildren(h("main", { class: "dx-main", id: "dx-main", tabindex: "-1" }, ...state));
  }
}

/** @param {HTMLElement} host @param {Props} props @param {SetProps} setProps */
export const mount = (host, props, setProps) => new ExplorerHost(host, props, setProps);
