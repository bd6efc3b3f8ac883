/**
 * The Explore page of one opened dataset: every edit goes through `commit`, which all parts then follow.
 * @import { Exploration, Filter, Opened, Selection, View } from "./types.js"
 * @import { Actions } from "./card-actions.js"
 */
import { encode } from "./url-hash.js";
import { Client, Gone, RightsChanged, SignedOut } from "./data-client.js";
import { openInCuxfilter } from "./open-in-cuxfilter.js";
import { showShortcuts } from "./dialogs.js";
import { h, setText } from "./dom.js";
import { Drawer } from "./table/rows-drawer.js";
import { Engine } from "./cubes/cube-engine.js";
import * as edit from "./exploration.js";
import { Grid } from "./card-grid.js";
import { Growth } from "./live-updates.js";
import { Hint } from "./onboarding.js";
import { Timeline, markOf } from "./undo-history.js";
import * as keyboard from "./keyboard-shortcuts.js";
import { Notices } from "./notices.js";
import { number } from "./number-format.js";
import { Rail } from "./column-sidebar.js";
import { ROWS } from "./requests.js";
import { fromFilter, toFilter } from "./filter-selection.js";
import { showViews } from "./saved-views-dialog.js";
import { shareOpened } from "./share-dialog.js";
import { Steps } from "./undo-grouping.js";
import { Strip } from "./filter-bar.js";
import { heedSkipLink, heedStrip, heedTheme } from "./page-observers.js";
import { Tools } from "./toolbar.js";
import { newView } from "./view-defaults.js";
import { sentences } from "./view-text.js";
import { NOBODY } from "../live/page-hooks.js";
import { present } from "../live/start-presenting.js";

const RAIL = "dx:rail";
const narrow = matchMedia("(max-width: 719px)");
/** A pointer that only passes over a view, milliseconds. */
const PASSING = 40;
/** Rows that take longer than this to arrive are being read from disk. */
const LONG = 2000;
const TOOLS_SLOT = "dx-tools";

/** On a phone the columns open over the page when asked for. */
const wantsRail = () => !narrow.matches && localStorage.getItem(RAIL) !== "closed";

/** @param {number} rows */
const firstReading = (rows) => `Reading ${number(rows)} rows into memory. This is needed once; then brushing does not wait.`;

export class Page {
  /** @type {Exploration} */ exploration;
  #listening = new AbortController();
  #entering = 0;
  #reading = 0;
  #steps = new Steps(this);
  #byKey = false;
  /** Whether a hand holds a brush: rows that come to rest meanwhile must not take it away. */ #brushing = false;
  /** Who follows or is followed. @type {import("../live/page-hooks.js").Companion} */ companion = NOBODY;
  #railOpen = wantsRail();

  /**
   * @param {HTMLElement} host @param {Opened} opened
   * @param {{ onCommit(exploration: Exploration): void, onRightsChanged(): void, onGone(): void, onGrows(): void }} listener
   */
  constructor(host, opened, listener) {
    this.opened = opened;
    this.listener = listener;
    this.exploration = opened.exploration;
    const { description } = opened;
    this.notices = new Notices();
    this.hint = new Hint();
    this.live = h("div", { class: "visually-hidden", "aria-live": "polite" });
    const address = (/** @type {Exploration} */ state) => encode(state, opened.suggested);
    this.timeline = new Timeline(history, address, (state) => this.#stepped(state));
    const client = new Client(crypto.randomUUID());
    this.engine = new Engine(client, description, opened.exploration, this.#listener());
    this.strip = new Strip(description, {
      removeFilter: (id) => this.commit(edit.setFilter(this.exploration, id, null)),
      clearFilters: () => this.commit(edit.clearFilters(this.exploration)),
      goTo: (id) => this.grid.cards.get(id)?.focus(),
      table: () => this.#toggleTable(),
    });
    this.drawer = new Drawer(client, description, {
      sort: (column) => this.commit(edit.sortTable(this.exploration, column)),
      acts: () => this.companion.acts(),
      rested: (at) => {
        if (!this.#brushing) this.commit(edit.scrollTable(this.exploration, at), { amend: true });
      },
      close: () => this.#toggleTable(),
      clearFilters: () => this.commit(edit.clearFilters(this.exploration)),
      fail: (error) => this.#fail(error),
    });
    const turn = (/** @type {boolean} */ still) => this.companion.holds(still) || this.growth.hold(still);
    this.growth = new Growth(this.engine, client, (error) => this.#fail(error), turn, () => listener.onGrows());
    this.strip.element.append(this.growth.asOf.element);
    this.rail = new Rail(description, (columns) => this.#add(columns));
    this.grid = new Grid(this.#actions(), (columns, index) => this.#add(columns, index));
    this.tools = new Tools(opened, this.#commands());
    this.#place(host);
    const { signal } = this.#listening;
    heedTheme(this.grid, this.engine, signal);
    heedStrip(this.strip.element, signal);
    heedSkipLink(() => /** @type {HTMLElement | null | undefined} */ (this.host?.querySelector(".dx-main")), signal);
    keyboard.listen(this.#commands(), signal);
    addEventListener("keydown", () => (this.#byKey = true), { capture: true, signal });
    addEventListener("pointerdown", () => (this.#byKey = false), { capture: true, signal });
    narrow.addEventListener("change", () => this.#setRail(wantsRail()), { signal });
    addEventListener("popstate", (event) => this.#arrive(event), { signal });
    this.#reading = window.setTimeout(() => this.notices.show("reading", firstReading(description.rows)), LONG);
    this.open(opened);
  }

  /** Whether this page is of that dataset version, as seen with the same rights. @param {Opened} opened */
  holds({ description: { slug, version, rights } }) {
    const { description } = this.opened;
    return slug === description.slug && version === description.version && rights === description.rights;
  }

  /** What an address held; the first, or one typed in later. @param {Opened} opened */
  open({ exploration, problems }) {
    this.timeline.start(exploration);
    if (problems.length) this.notices.show("problems", problems.join("\n"));
    this.drawer.left = undefined;
    this.#show(exploration);
    this.listener.onCommit(exploration);
  }

  /** @param {Exploration} exploration @param {{ amend?: boolean }} [how] */
  commit(exploration, { amend = false } = {}) {
    this.companion.acts();
    if (exploration !== this.exploration) {
      if (amend) this.timeline.amend(exploration);
      else this.timeline.push(exploration);
      this.#committed(exploration);
    }
    this.#show(exploration);
  }

  /** Shows what somebody else has committed; it is no step of one's own to undo. @param {Exploration} exploration */
  follow(exploration) {
    this.timeline.amend(exploration);
    this.#show(exploration);
    this.listener.onCommit(exploration);
  }

  /** Moves a brush as somebody else moves theirs. @param {string} id @param {Filter | null} filter */
  mirror(id, filter) {
    const axes = this.engine.picture(id)?.axes;
    if (!axes?.length) return;
    const { selection } = fromFilter(filter, axes);
    this.engine.brush(id, selection);
    this.grid.cards.get(id)?.setSelection(selection);
    this.drawer.moving();
    this.strip.render(this.exploration, id, filter);
  }

  /** @param {string} sentence for those who don't see the page */
  announce(sentence) {
    setText(this.live, sentence);
  }

  /** @param {Exploration} exploration */
  #committed(exploration) {
    this.companion.committed(exploration);
    this.listener.onCommit(exploration);
  }

  destroy() {
    clearTimeout(this.#entering);
    clearTimeout(this.#reading);
    this.#listening.abort();
    this.growth.destroy();
    this.drawer.destroy();
    this.grid.destroy();
    this.tools.element.remove();
  }

  /** @param {HTMLElement} host */
  #place(host) {
    const title = h("h1", { class: "visually-hidden" }, `Explore ${this.opened.description.name}`);
    const main = h("main", { class: "dx-main", id: "dx-main", tabindex: "-1" }, title, this.grid.element);
    const shade = h("div", { class: "dx-shade", onclick: () => this.#toggleRail() });
    this.rail.element.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && narrow.matches) this.#toggleRail();
    });
    const stage = h("div", { class: "dx-stage" }, main, this.drawer.element);
    const body = h("div", { class: "dx-body" }, this.rail.element, shade, stage);
    host.replaceChildren(this.strip.element, body, this.hint.element, this.notices.element, this.live);
    document.getElementById(TOOLS_SLOT)?.replaceChildren(this.tools.element);
    this.host = host;
    this.#showRail();
  }

  /** Undo or redo, by our own history or the browser's. @param {Exploration} exploration */
  #stepped(exploration) {
    this.companion.acts();
    this.#show(exploration);
    this.#committed(exploration);
  }

  /** @param {Exploration} exploration */
  #show(exploration) {
    const inTable = this.drawer.element.contains(document.activeElement);
    this.exploration = exploration;
    this.grid.render(exploration);
    this.rail.render(exploration);
    this.strip.render(exploration);
    this.drawer.render(exploration);
    this.tools.render(this.timeline, this.#railOpen);
    this.engine.show(exploration);
    this.#drawSelections();
    if (inTable && !exploration.table) this.strip.table.focus(); // not lost with the table
  }

  #drawSelections() {
    for (const picture of this.engine.pictures) {
      if (picture.axes.length) this.grid.cards.get(picture.id)?.setSelection(this.engine.selectionOf(picture));
    }
  }

  /** @param {PopStateEvent} event */
  #arrive(event) {
    const mark = markOf(event.state);
    if (mark) this.#stepped(this.timeline.arrive(mark));
  }

  #commands() {
    return {
      undo: () => this.timeline.undo(),
      redo: () => this.timeline.redo(),
      rail: () => this.#toggleRail(),
      table: () => this.#toggleTable(),
      shortcuts: showShortcuts,
      views: () => showViews(this.opened, this.exploration),
      share: () => shareOpened(this.opened, this.exploration),
      present: () => void present(this.exploration, this.notices),
      cuxfilter: () => void openInCuxfilter(this.exploration, this.notices),
    };
  }

  /** @returns {Actions} */
  #actions() {
    const change = (/** @type {string} */ id, /** @type {Partial<View>} */ part) =>
      this.commit(edit.updateView(this.exploration, id, part));
    const index = (/** @type {string} */ id) => this.exploration.views.findIndex((view) => view.id === id);
    return {
      description: this.opened.description,
      change,
      move: (id, to) => this.commit(edit.moveView(this.exploration, id, to)),
      moveBy: (id, steps) => this.commit(edit.moveView(this.exploration, id, index(id) + steps)),
      resize: (id, width, height) => change(id, edit.fitted(width, height)),
      remove: (id) => this.#remove(id),
      clear: (id) => this.commit(edit.setFilter(this.exploration, id, null)),
      activate: (id) => {
        clearTimeout(this.#entering);
        this.#entering = window.setTimeout(() => this.#activate(id), PASSING);
      },
      brush: (id, selection, phase) => this.#brush(id, selection, phase),
      zoom: (id, domains) => this.#zoom(id, domains),
      widen: (id) => {
        const view = edit.findView(this.exploration, id);
        if (view) this.growth.widened(view).then((scales) => change(id, { scales }), (error) => this.#fail(error));
      },
      redraw: () => this.engine.loop.request(),
      axes: (id) => this.engine.picture(id)?.axes ?? [],
    };
  }

  /** @returns {import("./cubes/cube-engine.js").Listener} */
  #listener() {
    return {
      onAxes: (pictures) => {
        this.#stopWaiting();
        for (const picture of pictures) this.grid.cards.get(picture.id)?.begin(picture);
        this.#drawSelections();
      },
      onGhosts: (pictures) => {
        this.notices.dismiss("failure");
        for (const picture of pictures) this.grid.cards.get(picture.id)?.chart.setGhost(picture.ghost);
      },
      onValues: (picture) => {
        if (picture.id === ROWS) this.#count(picture);
        else this.grid.cards.get(picture.id)?.setValues(picture);
      },
      onDraw: () => {
        for (const card of this.grid.cards.values()) card.draw();
      },
      onSettled: () => this.#announce(),
      onFailure: (error) => this.#fail(error),
    };
  }

  /** @param {import("./cubes/view-data.js").Picture} picture */
  #count({ values, status }) {
    this.strip.showRows(values[0], status);
    this.drawer.grown();
  }

  /** @param {string} id */
  #activate(id) {
    if (!this.companion.steers) return;
    this.engine.activate(id);
    this.companion.activated(id);
  }

  /** @param {string} id @param {Selection | null} selection @param {"move" | "commit"} phase */
  #brush(id, selection, phase) {
    const axes = this.engine.picture(id)?.axes;
    if (!axes?.length) return;
    const filter = toFilter(selection, axes);
    this.#brushing = phase === "move";
    clearTimeout(this.#entering);
    this.companion.acts();
    this.engine.brush(id, selection);
    this.grid.cards.get(id)?.setSelection(selection);
    if (phase === "move") {
      this.companion.brushed(id, filter);
      this.drawer.moving();
      return this.strip.render(this.exploration, id, filter);
    }
    if (filter) this.hint.brushed();
    const next = edit.setFilter(this.exploration, id, filter);
    if (next === this.exploration) this.companion.rested();
    if (this.#byKey) this.#steps.goOn(`brush ${id}`, next);
    else this.#steps.click(`click ${id}`, next, filter === null);
  }

  /** @param {string} id @param {([number, number] | null)[]} domains */
  #zoom(id, domains) {
    const view = edit.findView(this.exploration, id);
    if (!view) return;
    const scales = view.scales.map((scale, index) => ({ ...scale, domain: domains[index] ?? null }));
    this.#steps.goOn(`zoom ${id}`, edit.updateView(this.exploration, id, { scales }));
  }

  /** @param {string[]} columns @param {number} [index] */
  #add(columns, index) {
    const id = edit.freshId(this.exploration);
    const next = edit.addView(this.exploration, newView(this.opened.description, columns, id), index);
    if (next === this.exploration)
      return this.notices.show("views", `A dashboard holds ${edit.MOST_VIEWS} views. Remove one to add another.`);
    this.commit(next);
    if (narrow.matches && this.#railOpen) this.#toggleRail();
    this.grid.cards.get(id)?.element.scrollIntoView({ block: "nearest" });
    setText(this.live, `Added ${this.grid.cards.get(id)?.title.textContent}.`);
  }

  /** @param {string} id */
  #remove(id) {
    const index = this.exploration.views.findIndex((view) => view.id === id);
    this.commit(edit.removeView(this.exploration, id));
    const neighbour = this.exploration.views[Math.min(index, this.exploration.views.length - 1)];
    if (neighbour) this.grid.cards.get(neighbour.id)?.more.focus();
  }

  #announce() {
    this.notices.dismiss("failure");
    delete this.host?.dataset.failed;
    const filters = sentences(this.exploration, this.opened.description);
    setText(this.live, [...filters, `${this.strip.rowsInWords()}.`].join(". "));
  }

  #stopWaiting() {
    clearTimeout(this.#reading);
    this.notices.dismiss("reading");
  }

  /** @param {Error} error */
  #fail(error) {
    this.#stopWaiting();
    if (error instanceof SignedOut) return; // session.js leads to signing in and back
    if (error instanceof RightsChanged) return this.listener.onRightsChanged();
    if (error instanceof Gone) return this.listener.onGone();
    if (this.host) this.host.dataset.failed = "";
    const again = { label: "Try again", act: () => this.engine.retry() };
    this.notices.show("failure", `${error.message} The charts show their last picture.`, again);
  }

  /** Who opens it by a key goes on in it. */
  #toggleTable() {
    this.commit(edit.toggleTable(this.exploration, this.drawer.left));
    if (this.#byKey && this.exploration.table) this.drawer.focus();
  }

  #toggleRail() {
    this.#setRail(!this.#railOpen);
    if (!narrow.matches) localStorage.setItem(RAIL, this.#railOpen ? "open" : "closed");
    else (this.#railOpen ? this.rail.element.querySelector("button") : this.tools.rail)?.focus();
  }

  /** @param {boolean} open */
  #setRail(open) {
    this.#railOpen = open;
    this.#showRail();
    this.tools.render(this.timeline, open);
  }

  #showRail() {
    this.host?.classList.toggle("dx-rail-open", this.#railOpen);
    this.rail.element.inert = !this.#railOpen;
  }
}
