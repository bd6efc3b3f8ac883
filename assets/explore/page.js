/**
 * The Explore page of one opened dataset: every edit goes through `commit`, which updates all parts.
 * @import { Exploration, Filter, OpenedExploration, Selection, View } from "./types.js"
 * @import { CardActions } from "./card-actions.js"
 */
import { formatHash } from "./url-hash.js";
import { DataClient, DatasetGoneError, RightsChangedError, SignedOutError } from "./data-client.js";
import { openInCuxfilter } from "./open-in-cuxfilter.js";
import { showShortcuts } from "./dialogs.js";
import { h, setText } from "./dom.js";
import { RowsDrawer } from "./table/rows-drawer.js";
import { CubeEngine } from "./cubes/cube-engine.js";
import * as edit from "./exploration.js";
import { CardGrid } from "./card-grid.js";
import { LiveUpdates } from "./live-updates.js";
import { Onboarding } from "./onboarding.js";
import { UndoHistory, getHistoryMark } from "./undo-history.js";
import * as keyboard from "./keyboard-shortcuts.js";
import { Notices } from "./notices.js";
import { formatPreciseNumber } from "./number-format.js";
import { ColumnSidebar } from "./column-sidebar.js";
import { ROWS_VIEW_ID } from "./requests.js";
import { filterToSelection, selectionToFilter } from "./filter-selection.js";
import { openSavedViews } from "./saved-views-dialog.js";
import { openSharing } from "./share-dialog.js";
import { SidebarToggle } from "./sidebar-toggle.js";
import { UndoGrouping } from "./undo-grouping.js";
import { FilterBar } from "./filter-bar.js";
import { handleSkipLink, observeFilterBarHeight, observeTheme } from "./page-observers.js";
import { Toolbar } from "./toolbar.js";
import { createView } from "./view-defaults.js";
import { formatFilters } from "./view-text.js";
import { NO_OP } from "../live/page-hooks.js";
import { startPresenting } from "../live/start-presenting.js";

/** How long a pointer must stay over a view to activate it, milliseconds. */
const ACTIVATE_DELAY = 40;
/** After this long without a response, the rows are being read from disk, milliseconds. */
const READING_NOTICE_DELAY = 2000;
const TOOLS_SLOT = "dx-tools";

/** @param {number} rows */
const formatReadingMessage = (rows) => `Loading ${formatPreciseNumber(rows)} rows into memory. This happens only once.`;

export class ExplorePage {
  /** @type {Exploration} */ exploration;
  #abortController = new AbortController();
  #activateTimer = 0;
  #readingTimer = 0;
  #undoGrouping = new UndoGrouping(this);
  #isKeyboardUsed = false;
  /** Whether a brush is being dragged: a table that stops scrolling meanwhile must not commit. */ #isBrushing = false;
  /** Hooks of the live session, if any. @type {import("../live/page-hooks.js").PageHooks} */ hooks = NO_OP;

  /**
   * @param {HTMLElement} host @param {OpenedExploration} opened
   * @param {{ onCommit(exploration: Exploration): void, onRightsChanged(): void, onGone(): void, onGrows(): void }} listener
   */
  constructor(host, opened, listener) {
    this.opened = opened;
    this.listener = listener;
    this.exploration = opened.exploration;
    const { description } = opened;
    this.notices = new Notices();
    this.onboarding = new Onboarding();
    this.liveRegion = h("div", { class: "visually-hidden", "aria-live": "polite" });
    const formatAddress = (/** @type {Exploration} */ state) => formatHash(state, opened.suggested);
    this.undoHistory = new UndoHistory(history, formatAddress, (state) => this.#showStep(state));
    const client = new DataClient(crypto.randomUUID());
    this.engine = new CubeEngine(client, description, opened.exploration, this.#createEngineListener());
    this.filterBar = new FilterBar(description, {
      removeFilter: (id) => this.commit(edit.setFilter(this.exploration, id, null)),
      clearFilters: () => this.commit(edit.clearFilters(this.exploration)),
      goTo: (id) => this.grid.cards.get(id)?.focus(),
      table: () => this.#toggleTable(),
      setValueAxis: (valueAxis) => this.commit(edit.setValueAxis(this.exploration, valueAxis)),
    });
    this.rowsDrawer = new RowsDrawer(client, description, {
      sortBy: (column) => this.commit(edit.sortTable(this.exploration, column)),
      onScrollStart: () => this.hooks.onUserAction(),
      onScrollEnd: (at) => {
        if (!this.#isBrushing) this.commit(edit.scrollTable(this.exploration, at), { amend: true });
      },
      hideColumns: (hidden) => this.commit(edit.hideColumns(this.exploration, hidden)),
      onCopied: (message) => this.notices.show("copied", message),
      closeDrawer: () => this.#toggleTable(),
      clearFilters: () => this.commit(edit.clearFilters(this.exploration)),
      onError: (error) => this.#handleError(error),
    });
    const requestPaused = (/** @type {boolean} */ isPaused) => this.hooks.onPauseRequested(isPaused) || this.liveUpdates.setPaused(isPaused);
    this.liveUpdates = new LiveUpdates(this.engine, client, (error) => this.#handleError(error), requestPaused, () => listener.onGrows());
    this.filterBar.element.append(this.liveUpdates.asOfIndicator.element);
    this.sidebar = new ColumnSidebar(description, (columns) => this.#addView(columns));
    this.grid = new CardGrid(this.#createCardActions(), (columns, index) => this.#addView(columns, index));
    this.toolbar = new Toolbar(opened, this.#createCommands());
    this.#mountElements(host);
    const { signal } = this.#abortController;
    observeTheme(this.grid, this.engine, signal);
    observeFilterBarHeight(this.filterBar.element, signal);
    handleSkipLink(() => /** @type {HTMLElement | null | undefined} */ (this.host?.querySelector(".dx-main")), signal);
    keyboard.listenToShortcuts(this.#createCommands(), signal);
    addEventListener("keydown", () => (this.#isKeyboardUsed = true), { capture: true, signal });
    addEventListener("pointerdown", () => (this.#isKeyboardUsed = false), { capture: true, signal });
    addEventListener("popstate", (event) => this.#handlePopState(event), { signal });
    addEventListener("online", () => this.retryFailed(), { signal });
    this.#readingTimer = window.setTimeout(() => this.notices.show("reading", formatReadingMessage(description.rows)), READING_NOTICE_DELAY);
    this.openExploration(opened);
  }

  /** Whether this page shows the same dataset version with the same rights. @param {OpenedExploration} opened */
  matchesDataset({ description: { slug, version, rights } }) {
    const { description } = this.opened;
    return slug === description.slug && version === description.version && rights === description.rights;
  }

  /** Shows the exploration of an address: the first, or one typed in later. @param {OpenedExploration} opened */
  openExploration({ exploration, problems }) {
    this.undoHistory.start(exploration);
    if (problems.length) this.notices.show("problems", problems.join("\n"));
    this.rowsDrawer.lastOpen = undefined;
    this.#renderExploration(exploration);
    this.listener.onCommit(exploration);
  }

  /** @param {Exploration} exploration @param {{ amend?: boolean }} [how] */
  commit(exploration, { amend = false } = {}) {
    this.hooks.onUserAction();
    if (exploration !== this.exploration) {
      if (amend) this.undoHistory.replaceStep(exploration);
      else this.#pushStep(exploration);
      this.#notifyCommitted(exploration);
    }
    this.#renderExploration(exploration);
  }

  /** Shows what the presenter has committed, without adding an undo step. @param {Exploration} exploration */
  followExploration(exploration) {
    this.undoHistory.replaceStep(exploration);
    this.#renderExploration(exploration);
    this.listener.onCommit(exploration);
  }

  /** Mirrors the presenter's brush. @param {string} id @param {Filter | null} filter */
  mirrorBrush(id, filter) {
    const axes = this.engine.getViewData(id)?.axes;
    if (!axes?.length) return;
    const { selection } = filterToSelection(filter, axes);
    this.engine.brushView(id, selection);
    this.grid.cards.get(id)?.setSelection(selection);
    this.grid.setBrushing(true);
    this.rowsDrawer.showBrushing();
    this.filterBar.render(this.exploration, id, filter);
  }

  /** Announces a sentence to screen readers. @param {string} sentence */
  announce(sentence) {
    setText(this.liveRegion, sentence);
  }

  /** The step that is left keeps the row on top of the table, also if scrolling ended only a moment ago. @param {Exploration} exploration */
  #pushStep(exploration) {
    const { isScrolling, topRow } = this.rowsDrawer.virtualTable;
    if (isScrolling) this.undoHistory.replaceStep(edit.scrollTable(this.exploration, topRow));
    this.undoHistory.push(exploration);
  }

  /** @param {Exploration} exploration */
  #notifyCommitted(exploration) {
    this.notices.dismiss("removed"); // whose Undo would revert this change instead
    this.hooks.onCommitted(exploration);
    this.listener.onCommit(exploration);
  }

  destroy() {
    clearTimeout(this.#activateTimer);
    clearTimeout(this.#readingTimer);
    this.#abortController.abort();
    this.liveUpdates.destroy();
    this.rowsDrawer.destroy();
    this.grid.destroy();
    this.toolbar.element.remove();
  }

  /** @param {HTMLElement} host */
  #mountElements(host) {
    const title = h("h1", { class: "visually-hidden" }, `Explore ${this.opened.description.name}`);
    const main = h("main", { class: "dx-main", id: "dx-main", tabindex: "-1" }, title, this.grid.element);
    this.sidebarToggle = new SidebarToggle(host, this.sidebar.element, this.toolbar.sidebarButton, this.#abortController.signal);
    const content = h("div", { class: "dx-stage" }, main, this.rowsDrawer.element);
    const body = h("div", { class: "dx-body" }, this.sidebar.element, this.sidebarToggle.shade, content);
    host.replaceChildren(this.filterBar.element, body, this.onboarding.element, this.notices.element, this.liveRegion);
    document.getElementById(TOOLS_SLOT)?.replaceChildren(this.toolbar.element);
    this.host = host;
  }

  /** Shows a step after undo or redo, by our own history or the browser's. @param {Exploration} exploration */
  #showStep(exploration) {
    this.hooks.onUserAction();
    this.#renderExploration(exploration);
    this.#notifyCommitted(exploration);
  }

  /** @param {Exploration} exploration */
  #renderExploration(exploration) {
    const inTable = this.rowsDrawer.element.contains(document.activeElement);
    this.exploration = exploration;
    this.grid.render(exploration);
    this.grid.setBrushing(false);
    this.sidebar.render(exploration);
    this.filterBar.render(exploration);
    this.rowsDrawer.render(exploration);
    this.toolbar.render(this.undoHistory);
    this.engine.showExploration(exploration);
    this.#drawSelections();
    if (inTable && !exploration.table) this.filterBar.tableToggle.focus(); // the focus would be lost with the table
  }

  #drawSelections() {
    for (const viewData of this.engine.viewDataList) {
      if (viewData.axes.length) this.grid.cards.get(viewData.id)?.setSelection(this.engine.getSelection(viewData));
    }
  }

  /** @param {PopStateEvent} event */
  #handlePopState(event) {
    const mark = getHistoryMark(event.state);
    if (mark) this.#showStep(this.undoHistory.restoreMark(mark));
  }

  #createCommands() {
    return {
      undo: () => this.undoHistory.undo(),
      redo: () => this.undoHistory.redo(),
      rail: () => this.sidebarToggle?.toggle(),
      table: () => this.#toggleTable(),
      valueAxis: () => this.commit(edit.goToNextValueAxis(this.exploration)),
      shortcuts: showShortcuts,
      views: () => openSavedViews(this.opened, this.exploration),
      share: () => openSharing(this.opened, this.exploration),
      present: () => void startPresenting(this.exploration, this.notices),
      cuxfilter: () => void openInCuxfilter(this.exploration, this.notices),
    };
  }

  /** @returns {CardActions} */
  #createCardActions() {
    const changeView = (/** @type {string} */ id, /** @type {Partial<View>} */ part) =>
      this.commit(edit.updateView(this.exploration, id, part));
    const findIndex = (/** @type {string} */ id) => this.exploration.views.findIndex((view) => view.id === id);
    return {
      description: this.opened.description,
      changeView,
      moveView: (id, to) => this.commit(edit.moveView(this.exploration, id, to)),
      moveViewBy: (id, steps) => this.commit(edit.moveView(this.exploration, id, findIndex(id) + steps)),
      resizeView: (id, width, height) => changeView(id, edit.clampSize(width, height)),
      removeView: (id) => this.#removeView(id),
      clearFilter: (id) => this.commit(edit.setFilter(this.exploration, id, null)),
      activateView: (id) => {
        clearTimeout(this.#activateTimer);
        this.#activateTimer = window.setTimeout(() => this.#activateView(id), ACTIVATE_DELAY);
      },
      brushView: (id, selection, phase) => this.#handleBrush(id, selection, phase),
      zoomView: (id, domains) => this.#handleZoom(id, domains),
      widenScales: (id) => {
        const view = edit.findView(this.exploration, id);
        if (view) this.liveUpdates.widenScales(view).then((scales) => changeView(id, { scales }), (error) => this.#handleError(error));
      },
      requestRedraw: () => this.engine.frameLoop.requestFrame(),
      getAxes: (id) => this.engine.getViewData(id)?.axes ?? [],
    };
  }

  /** @returns {import("./cubes/cube-engine.js").EngineListener} */
  #createEngineListener() {
    return {
      onAxes: (viewDataList) => {
        this.#clearReadingNotice();
        for (const viewData of viewDataList) this.grid.cards.get(viewData.id)?.setData(viewData);
        this.#drawSelections();
      },
      onGhosts: (viewDataList) => {
        this.notices.dismiss("failure");
        for (const viewData of viewDataList) this.grid.cards.get(viewData.id)?.chart.setGhost(viewData.ghost);
      },
      onValues: (viewData) => {
        if (viewData.id === ROWS_VIEW_ID) this.#showRowCount(viewData);
        else this.grid.cards.get(viewData.id)?.setValues(viewData);
      },
      onDraw: () => {
        for (const card of this.grid.cards.values()) card.draw();
      },
      onSettled: () => this.#announceSettled(),
      onFailure: (error) => this.#handleError(error),
    };
  }

  /** @param {import("./cubes/view-data.js").ViewData} rowCount */
  #showRowCount({ values, status }) {
    this.filterBar.showRowCount(values[0], status);
    this.grid.setSelectedRows(values[0], this.opened.description.rows);
    this.rowsDrawer.refreshIfGrown();
  }

  /** @param {string} id */
  #activateView(id) {
    if (!this.hooks.isInControl) return;
    this.engine.activateView(id);
    this.hooks.onActivated(id);
  }

  /** @param {string} id @param {Selection | null} selection @param {"move" | "commit"} phase */
  #handleBrush(id, selection, phase) {
    const axes = this.engine.getViewData(id)?.axes;
    if (!axes?.length) return;
    const filter = selectionToFilter(selection, axes);
    this.#isBrushing = phase === "move";
    this.grid.setBrushing(this.#isBrushing);
    clearTimeout(this.#activateTimer);
    this.hooks.onUserAction();
    this.engine.brushView(id, selection);
    this.grid.cards.get(id)?.setSelection(selection);
    if (phase === "move") {
      this.hooks.onBrushed(id, filter);
      this.rowsDrawer.showBrushing();
      return this.filterBar.render(this.exploration, id, filter);
    }
    if (filter) this.onboarding.advanceAfterBrush();
    const next = edit.setFilter(this.exploration, id, filter);
    if (next === this.exploration) this.hooks.onBrushEnded();
    if (this.#isKeyboardUsed) this.#undoGrouping.commitGrouped(`brush ${id}`, next);
    else this.#undoGrouping.commitClick(`click ${id}`, next, filter === null);
  }

  /** @param {string} id @param {([number, number] | null)[]} domains */
  #handleZoom(id, domains) {
    const view = edit.findView(this.exploration, id);
    if (!view) return;
    const scales = view.scales.map((scale, index) => ({ ...scale, domain: domains[index] ?? null }));
    this.#undoGrouping.commitGrouped(`zoom ${id}`, edit.updateView(this.exploration, id, { scales }));
  }

  /** @param {string[]} columns @param {number} [index] */
  #addView(columns, index) {
    const id = edit.createViewId(this.exploration);
    const next = edit.addView(this.exploration, createView(this.opened.description, columns, id), index);
    if (next === this.exploration)
      return this.notices.show("views", `A dashboard can have up to ${edit.MAX_VIEWS} charts. Remove one to add another.`);
    this.commit(next);
    this.sidebarToggle?.closeIfNarrow();
    this.grid.cards.get(id)?.element.scrollIntoView({ block: "nearest" });
    setText(this.liveRegion, `Added ${this.grid.cards.get(id)?.title.textContent}.`);
  }

  /** @param {string} id */
  #removeView(id) {
    const index = this.exploration.views.findIndex((view) => view.id === id);
    const title = this.grid.cards.get(id)?.title.textContent;
    this.commit(edit.removeView(this.exploration, id));
    const neighbour = this.exploration.views[Math.min(index, this.exploration.views.length - 1)];
    if (neighbour) this.grid.cards.get(neighbour.id)?.menuButton.focus();
    this.notices.show("removed", `Removed ${title}.`, { label: "Undo", act: () => this.undoHistory.undo() });
  }

  #announceSettled() {
    this.notices.dismiss("failure");
    delete this.host?.dataset.failed;
    const filters = formatFilters(this.exploration, this.opened.description);
    setText(this.liveRegion, [...filters, `${this.filterBar.formatRowCount()}.`].join(". "));
  }

  /** The network is back: requests again what failed, if anything did. */
  retryFailed() {
    if (this.host && "failed" in this.host.dataset) this.engine.retryFailed();
  }

  #clearReadingNotice() {
    clearTimeout(this.#readingTimer);
    this.notices.dismiss("reading");
  }

  /** @param {Error} error */
  #handleError(error) {
    this.#clearReadingNotice();
    if (error instanceof SignedOutError) return; // session.js goes to the sign-in page and back
    if (error instanceof RightsChangedError) return this.listener.onRightsChanged();
    if (error instanceof DatasetGoneError) return this.listener.onGone();
    if (this.host) this.host.dataset.failed = "";
    const again = { label: "Try again", act: () => this.engine.retryFailed() };
    this.notices.show("failure", `${error.message} The charts show previous values.`, again);
  }

  /** Opens or closes the table; when opened by keyboard, it gets the focus. */
  #toggleTable() {
    this.commit(edit.toggleTable(this.exploration, this.rowsDrawer.lastOpen));
    if (this.#isKeyboardUsed && this.exploration.table) this.rowsDrawer.focus();
  }
}
