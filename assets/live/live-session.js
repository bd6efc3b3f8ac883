/**
 * A live session on an Explore page: one user presents, others follow until they act on their own.
 * @import { Exploration, Filter } from "../explore/types.js"
 * @import { ExplorePage } from "../explore/page.js"
 * @import { LiveSessionInfo, ConnectionInfo, CommittedState } from "./types.js"
 */
import { callApi } from "../explore/api.js";
import { confirmAction } from "../explore/confirm-dialogs.js";
import { formatHash } from "../explore/url-hash.js";
import { createTextButton } from "../explore/dom.js";
import { LiveBar, isGuest } from "./live-bar.js";
import { LiveConnection } from "./connection.js";
import { validateExploration, isValidFilter } from "./validate-exploration.js";
import { openInviteDialog } from "./invite-dialog.js";
import { PauseMarks } from "./pauses.js";
import { Player } from "./player.js";
import { BEGUN_KEY } from "./start-presenting.js";
import { RemotePointer, watchPointer } from "./remote-pointer.js";
import { Presenter } from "./presenter.js";
import { Roster, countFollowers } from "./roster.js";
import { listenForGrowth } from "./growth-listener.js";
import { CommitStore } from "./commit-store.js";

const ALONE_KEY = "dx:live:alone";

/** @typedef {{ name?: string, data?: any, clientId?: string, connectionId?: string, action?: any }} ChannelMessage */

export class LiveSession {
  #abortController = new AbortController();
  #frameRequest = 0;
  #isPointerShown = true;
  /** The presenter's last commit, as far as it can be shown here. @type {Exploration | null} */ #latest = null;
  #droppedViews = 0;
  #isRestricted = false;

  /** @param {ExplorePage} page @param {LiveSessionInfo} outline */
  constructor(page, outline) {
    this.page = page;
    this.outline = outline;
    this.url = `/api/live/${outline.key}`;
    this.channels = outline.realtime.channels;
    this.seq = outline.seq;
    this.mark = outline.mark;
    this.pauses = new PauseMarks(page.liveUpdates, this.url);
    this.isFollowing = sessionStorage.getItem(ALONE_KEY) !== outline.key;
    this.roster = new Roster();
    this.store = new CommitStore();
    this.bar = new LiveBar(this.#createActions());
    this.remotePointer = new RemotePointer(page, outline.presenter.name);
    this.player = new Player({
      showBrush: (id, filter) => (filter === null || isValidFilter(filter)) && this.page.mirrorBrush(id, filter),
      activateView: (id) => id !== null && this.page.engine.activateView(id),
      showPointer: (pointer) => this.remotePointer.show(pointer),
    });
    page.filterBar.element.before(this.bar.element);
    this.#renderBar();
  }

  async start() {
    try {
      const { key } = this.outline;
      this.connection = await LiveConnection.openConnection(key, () => this.#handleStatus(), (connectionInfo) => this.#checkChannels(connectionInfo));
      this.bar.myId = this.connection.me.id;
      this.#attachChannels(this.connection);
    } catch (error) {
      this.#showNotice(/** @type {Error} */ (error).message);
    }
  }

  get isPresenter() {
    return this.outline.role === "presenter";
  }

  get isInControl() {
    return this.isPresenter || !this.isFollowing;
  }

  /** The user acts on their own: stops following. */
  onUserAction() {
    if (this.isInControl || !this.outline.running) return;
    this.#setFollowing(false);
    this.page.announce(`You're exploring on your own. Press F to follow ${this.outline.presenter.name} again.`);
  }

  /** @param {Exploration} exploration */
  onCommitted(exploration) {
    if (this.isPresenter) void this.presenter?.sendCommit(++this.seq, exploration, this.mark);
  }

  /** A presenter pauses the rows for everybody, others for themselves. @param {boolean} isPaused */
  onPauseRequested(isPaused) {
    const forAll = this.isPresenter && this.outline.running;
    if (forAll) void this.#pauseForAll(isPaused);
    else this.onUserAction();
    return forAll;
  }

  /** @param {boolean} isPaused */
  async #pauseForAll(isPaused) {
    try {
      this.mark = isPaused ? await this.pauses.createMark() : null;
    } catch (error) {
      return this.#showNotice(/** @type {Error} */ (error).message);
    }
    this.onCommitted(this.page.exploration);
    await this.pauses.showMark(this.mark);
  }

  /** @param {string} id @param {Filter | null} filter */
  onBrushed(id, filter) {
    if (this.isPresenter) this.presenter?.sendBrush(id, filter);
  }

  /** A cancelled brush must be reset for the followers too. */
  onBrushEnded() {
    this.onCommitted(this.page.exploration);
  }

  /** @param {string} id */
  onActivated(id) {
    if (this.isPresenter) this.presenter?.sendActive(id);
  }

  destroy() {
    this.#abortController.abort();
    cancelAnimationFrame(this.#frameRequest);
    this.remotePointer.remove();
    this.bar.element.remove();
    this.connection?.close();
  }

  /** @param {LiveConnection} connection */
  #attachChannels(connection) {
    const control = connection.getChannel("control");
    const getAudience = () => ({ deliveries: connection.connectionInfo.deliveries, members: this.roster.tabCount + 1 });
    this.presenter = new Presenter(connection, this.page.opened.description.rights, getAudience);
    void control.subscribe((message) => this.#handleControl(message));
    void control.presence.subscribe((presence) => {
      this.roster.updatePresence(/** @type {any} */ (presence));
      this.#renderBar();
      void this.bar.refreshPossiblePresenters();
    });
    void control.presence.enter({ follows: this.isFollowing });
    this.control = control;
    void this.presenter.state.subscribe("state", (message) => this.#handleState(message));
    void this.presenter.brush.subscribe("move", (message) => this.#handleMove(message));
    void this.presenter.brush.subscribe("offered", (message) => this.#handleOffer(message));
    if (connection.growthChannel) void listenForGrowth(connection.growthChannel, this.page);
    const { signal } = this.#abortController;
    watchPointer(this.page, (pointer) => this.isPresenter && this.#isPointerShown && this.presenter?.sendPointer(pointer), signal);
    document.addEventListener("keydown", (event) => this.#handleKey(event), { signal });
    if (!this.isPresenter && this.isFollowing) this.#applyState(this.#latestState);
    if (this.isPresenter) void this.pauses.showMark(this.mark);
    if (this.isPresenter && this.#hasDiverged()) this.onCommitted(this.page.exploration);
    this.#showFirstInvite();
  }

  /** The last commit known to the server. @returns {CommittedState} */
  get #latestState() {
    const { seq, state: exploration, mark } = this.outline;
    return { seq, exploration, at: 0, rights: "", mark };
  }

  /** Shows the invite dialog to a presenter who has just started. */
  #showFirstInvite() {
    if (sessionStorage.getItem(BEGUN_KEY) !== this.outline.key) return;
    sessionStorage.removeItem(BEGUN_KEY);
    openInviteDialog(this.outline, this.page.opened.may);
  }

  #hasDiverged() {
    return JSON.stringify(this.page.exploration) !== JSON.stringify(this.outline.state);
  }

  /** The connection status has changed. After a reconnect, the session is refreshed. */
  #handleStatus() {
    this.#renderBar();
    if (this.connection?.status !== "live") return;
    this.page.retryFailed();
    this.presenter?.resendCommit();
    void this.#refreshSession();
  }

  async #refreshSession() {
    const outline = await callApi("GET", this.url).catch(() => null);
    if (!outline || this.#abortController.signal.aborted) return;
    this.#checkChannels(outline.realtime);
    const before = this.outline.role;
    this.outline = outline;
    if (!outline.running) return this.#handleEnded();
    if (outline.role !== before) await this.connection?.renewRights(this.isPresenter);
    this.remotePointer.setName(outline.presenter.name);
    if (!this.isPresenter) this.#applyState(this.#latestState);
    else if (outline.role !== before) void this.pauses.showMark(this.mark);
    this.#renderBar();
  }

  /** @param {ChannelMessage} message */
  #handleControl({ name, data }) {
    if (name === "ended") return this.#handleEnded();
    if (name === "roles") return void this.#refreshSession();
    if (!this.isPresenter || name !== "asked") return;
    const handOver = () => this.#callAction("hand-over", { person: data.id });
    this.page.notices.show(`asked ${data.id}`, `${data.name} wants to present.`, { label: "Make presenter", act: handOver });
  }

  /** @param {ChannelMessage} message */
  #handleOffer({ data, clientId = "" }) {
    if (!this.isPresenter || !LiveConnection.isTrustedSender(clientId)) return;
    const showOffer = () => this.page.commit(validateExploration(data.exploration, this.page.opened.description).exploration);
    this.page.notices.show(`offered ${data.id}`, `${data.name} suggests their view.`, { label: "Show view", act: showOffer });
  }

  /** Reloads the page if the user's rights, and so their channels, have changed. @param {ConnectionInfo} info */
  #checkChannels({ channels }) {
    if (channels.state !== this.channels.state) location.reload();
  }

  /** @param {ChannelMessage} message */
  #handleState({ data, clientId = "" }) {
    if (!LiveConnection.isTrustedSender(clientId, this.outline.presenter)) return;
    if (data.seq > this.seq + 1) void this.#fetchMissed(this.seq, data.seq);
    this.#applyState(data);
  }

  /** Fetches the commits missed between two, for listeners of the store. @param {number} after @param {number} before */
  async #fetchMissed(after, before) {
    const page = await this.presenter?.state.history({ limit: 100 }).catch(() => null);
    const missed = (page?.items ?? []).map(({ data }) => data).filter(({ seq }) => seq > after && seq < before);
    for (const state of missed.sort((a, b) => a.seq - b.seq)) this.store.put(state);
  }

  /** @param {CommittedState} state */
  #applyState(state) {
    if (state.seq < this.seq) return;
    this.seq = state.seq;
    this.mark = state.mark ?? null;
    const { exploration, left } = validateExploration(state.exploration, this.page.opened.description);
    this.#latest = exploration;
    this.#droppedViews = left;
    if (state.rights) this.#isRestricted = state.rights !== this.page.opened.description.rights;
    this.store.put({ ...state, exploration, from: this.outline.presenter.name });
    if (!this.isInControl) this.#showLatest();
    this.#renderBar();
  }

  #showLatest() {
    this.player.clearBrush();
    if (!this.#latest) return;
    this.page.followExploration(this.#latest);
    void this.pauses.showMark(this.mark);
  }

  /** @param {ChannelMessage} message */
  #handleMove({ data, clientId = "" }) {
    if (this.isInControl || !LiveConnection.isTrustedSender(clientId, this.outline.presenter)) return;
    this.player.addMove(data, Date.now());
    this.#frameRequest ||= requestAnimationFrame(this.#playFrame);
  }

  #playFrame = () => {
    this.#frameRequest = 0;
    if (this.isInControl) return;
    if (this.player.playFrame(Date.now())) this.#frameRequest = requestAnimationFrame(this.#playFrame);
    this.page.engine.frameLoop.flush();
  };

  /** @param {boolean} isFollowing */
  #setFollowing(isFollowing) {
    this.isFollowing = isFollowing;
    if (isFollowing) sessionStorage.removeItem(ALONE_KEY);
    else sessionStorage.setItem(ALONE_KEY, this.outline.key);
    void this.control?.presence.update({ follows: isFollowing });
    if (isFollowing) this.#showLatest();
    else this.remotePointer.show({ id: null, x: 0, y: 0 });
    this.#renderBar();
  }

  /** @param {KeyboardEvent} event */
  #handleKey({ key, target, ctrlKey, metaKey, altKey }) {
    const typing = target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
    if (key.toLowerCase() !== "f" || ctrlKey || metaKey || altKey || typing || this.isInControl !== true || this.isPresenter) return;
    this.#setFollowing(true);
  }

  #createActions() {
    return {
      openInvite: () => openInviteDialog(this.outline, this.page.opened.may),
      endSession: () => this.#askToEnd(),
      listPossiblePresenters: () => this.#listPossiblePresenters(),
      exploreAlone: () => this.#setFollowing(false),
      returnToPresenter: () => this.#setFollowing(true),
      offerView: () => this.#callAction("offer", { exploration: this.page.exploration }, "Suggestion sent."),
      askToPresent: () => this.#callAction("ask", undefined, `Request sent to ${this.outline.presenter.name}.`),
      takeOver: () => this.#callAction("take"),
      setPointerShown: (/** @type {boolean} */ on) => {
        this.#isPointerShown = on;
        if (!on) this.presenter?.sendPointer({ id: null, x: 0, y: 0 });
      },
      handOver: (/** @type {number} */ id) => this.#callAction("hand-over", { person: id }),
      toggleCoPresenter: (/** @type {number} */ id) => {
        const now = this.outline.coPresenters.map((each) => each.id);
        return this.#callAction("co-presenters", { people: now.includes(id) ? now.filter((each) => each !== id) : [...now, id] });
      },
    };
  }

  #askToEnd() {
    const count = countFollowers(this.roster.listMembers(this.outline));
    const following = count ? `${count} ${count === 1 ? "person is" : "people are"} following.` : "Nobody is following right now.";
    const end = () => callApi("POST", `${this.url}/end`, {});
    confirmAction("End this live session?", `${following} It ends for everyone and can't be resumed. The recording is kept.`, "End session", end);
  }

  /** @returns {Promise<number[]>} */
  async #listPossiblePresenters() {
    const { people } = await callApi("GET", `${this.url}/presenters`).catch(() => ({ people: [] }));
    return people.map((/** @type {import("./types.js").LivePerson} */ { id }) => id);
  }

  /** @param {string} action @param {object} [body] @param {string} [done] the notice to show when it has succeeded */
  async #callAction(action, body = {}, done = "") {
    try {
      await callApi("POST", `${this.url}/${action}`, body);
      if (done) this.#showNotice(done);
    } catch (error) {
      this.#showNotice(/** @type {Error} */ (error).message);
    }
  }

  /** The session has ended: closes the connection before it would request another token. */
  #handleEnded() {
    this.outline = { ...this.outline, running: false };
    this.isFollowing = false;
    this.connection?.close();
    const { exploration, opened } = this.page;
    const exploreAlone = () => location.assign(`/explore/${encodeURIComponent(exploration.dataset)}${formatHash(exploration, opened.suggested)}`);
    this.bar.showEnded(isGuest(this.outline) ? [] : [createTextButton("Watch recording", () => location.assign(`/live/${this.outline.key}`)), createTextButton("Explore on my own", exploreAlone)]);
    this.#markFollowed(false);
  }

  /** @param {string} sentence */
  #showNotice(sentence) {
    this.page.notices.show("live", sentence);
  }

  #renderBar() {
    if (!this.outline.running) return;
    const members = this.roster.listMembers(this.outline);
    const status = this.connection?.status ?? "reconnecting";
    const { outline, isFollowing } = this;
    this.bar.render({ outline, following: isFollowing, status, members, left: this.#droppedViews, restricted: this.#isRestricted });
    this.#markFollowed(!this.isPresenter && isFollowing);
  }

  /** @param {boolean} followed */
  #markFollowed(followed) {
    this.page.host?.classList.toggle("dx-followed", followed);
  }
}
