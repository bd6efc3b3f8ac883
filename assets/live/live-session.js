/**
 * A live session on an Explore page: one presents, others follow, and whoever acts by themselves leaves gently.
 * @import { Exploration, Filter } from "../explore/types.js"
 * @import { Page } from "../explore/page.js"
 * @import { Outline, Place, State } from "./types.js"
 */
import { ask } from "../explore/api.js";
import { encode } from "../explore/url-hash.js";
import { textButton } from "../explore/dom.js";
import { Bar, isGuest } from "./live-bar.js";
import { Connection } from "./connection.js";
import { fit, isFilter } from "./validate-exploration.js";
import { invite } from "./invite-dialog.js";
import { Marks } from "./pauses.js";
import { Player } from "./player.js";
import { BEGUN } from "./start-presenting.js";
import { Hand, watchPointer } from "./remote-pointer.js";
import { Presenter } from "./presenter.js";
import { Roster } from "./roster.js";
import { listen } from "./growth-listener.js";
import { Store } from "./commit-store.js";

const ALONE = "dx:live:alone";

/** @typedef {{ name?: string, data?: any, clientId?: string, connectionId?: string, action?: any }} Message */

export class Live {
  #listening = new AbortController();
  #frame = 0;
  #pointing = true;
  /** What the presenter has committed last, as it can be shown here. @type {Exploration | null} */ #latest = null;
  #left = 0;
  #restricted = false;

  /** @param {Page} page @param {Outline} outline */
  constructor(page, outline) {
    this.page = page;
    this.outline = outline;
    this.url = `/api/live/${outline.key}`;
    this.channels = outline.realtime.channels;
    this.seq = outline.seq;
    this.mark = outline.mark;
    this.marks = new Marks(page.growth, this.url);
    this.following = sessionStorage.getItem(ALONE) !== outline.key;
    this.roster = new Roster();
    this.store = new Store();
    this.bar = new Bar(this.#doings());
    this.hand = new Hand(page, outline.presenter.name);
    this.player = new Player({
      brush: (id, filter) => (filter === null || isFilter(filter)) && this.page.mirror(id, filter),
      activate: (id) => id !== null && this.page.engine.activate(id),
      point: (pointer) => this.hand.show(pointer),
    });
    page.strip.element.before(this.bar.element);
    this.#render();
  }

  async start() {
    try {
      const { key } = this.outline;
      this.connection = await Connection.open(key, () => this.#connected(), (place) => this.#placed(place));
      this.bar.me = this.connection.me.id;
      this.#attach(this.connection);
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message);
    }
  }

  get presents() {
    return this.outline.role === "presenter";
  }

  get steers() {
    return this.presents || !this.following;
  }

  /** What the page does by its person's own hand leaves the presenter. */
  acts() {
    if (this.steers || !this.outline.running) return;
    this.#follow(false);
    this.page.announce(`You explore alone. Press F to return to ${this.outline.presenter.name}.`);
  }

  /** @param {Exploration} exploration */
  committed(exploration) {
    if (this.presents) void this.presenter?.commit(++this.seq, exploration, this.mark);
  }

  /** Who presents holds the rows still for everybody, others for themselves. @param {boolean} still */
  holds(still) {
    const forAll = this.presents && this.outline.running;
    if (forAll) void this.#hold(still);
    else this.acts();
    return forAll;
  }

  /** @param {boolean} still */
  async #hold(still) {
    try {
      this.mark = still ? await this.marks.make() : null;
    } catch (error) {
      return this.#say(/** @type {Error} */ (error).message);
    }
    this.committed(this.page.exploration);
    await this.marks.show(this.mark);
  }

  /** @param {string} id @param {Filter | null} filter */
  brushed(id, filter) {
    if (this.presents) this.presenter?.brushed(id, filter);
  }

  /** A brush that was taken back has moved on the screens of others too. */
  rested() {
    this.committed(this.page.exploration);
  }

  /** @param {string} id */
  activated(id) {
    if (this.presents) this.presenter?.activated(id);
  }

  destroy() {
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    this.hand.remove();
    this.bar.element.remove();
    this.connection?.close();
  }

  /** @param {Connection} connection */
  #attach(connection) {
    const control = connection.channel("control");
    const audience = () => ({ deliveries: connection.place.deliveries, members: this.roster.tabs + 1 });
    this.presenter = new Presenter(connection, this.page.opened.description.rights, audience);
    void control.subscribe((message) => this.#control(message));
    void control.presence.subscribe((said) => {
      this.roster.take(/** @type {any} */ (said));
      this.#render();
    });
    void control.presence.enter({ follows: this.following });
    this.control = control;
    void this.presenter.state.subscribe("state", (message) => this.#arrived(message));
    void this.presenter.brush.subscribe("move", (message) => this.#moved(message));
    void this.presenter.brush.subscribe("offered", (message) => this.#offered(message));
    if (connection.growth) void listen(connection.growth, this.page);
    const { signal } = this.#listening;
    watchPointer(this.page, (pointer) => this.presents && this.#pointing && this.presenter?.pointed(pointer), signal);
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    if (!this.presents && this.following) this.#take(this.#outlined);
    if (this.presents) void this.marks.show(this.mark);
    if (this.presents && this.#differs()) this.committed(this.page.exploration);
    this.#greet();
  }

  /** What was committed last. @returns {State} */
  get #outlined() {
    const { seq, state: exploration, mark } = this.outline;
    return { seq, exploration, at: 0, rights: "", mark };
  }

  /** Who has just begun is shown the link. */
  #greet() {
    if (sessionStorage.getItem(BEGUN) !== this.outline.key) return;
    sessionStorage.removeItem(BEGUN);
    invite(this.outline, this.page.opened.may);
  }

  #differs() {
    return JSON.stringify(this.page.exploration) !== JSON.stringify(this.outline.state);
  }

  /** The connection has come or gone. Whoever was away asks what has happened since. */
  #connected() {
    this.#render();
    if (this.connection?.status !== "live") return;
    this.presenter?.resend();
    void this.#catchUp();
  }

  async #catchUp() {
    const outline = await ask("GET", this.url).catch(() => null);
    if (!outline || this.#listening.signal.aborted) return;
    this.#placed(outline.realtime);
    const before = this.outline.role;
    this.outline = outline;
    if (!outline.running) return this.#ended();
    if (outline.role !== before) await this.connection?.renew(this.presents);
    this.hand.rename(outline.presenter.name);
    if (!this.presents) this.#take(this.#outlined);
    else if (outline.role !== before) void this.marks.show(this.mark);
    this.#render();
  }

  /** @param {Message} message */
  #control({ name, data }) {
    if (name === "ended") return this.#ended();
    if (name === "roles") return void this.#catchUp();
    if (!this.presents || name !== "asked") return;
    const act = () => this.#do("hand-over", { person: data.id });
    this.page.notices.show(`asked ${data.id}`, `${data.name} asks to present.`, { label: "Hand over", act });
  }

  /** @param {Message} message */
  #offered({ data, clientId = "" }) {
    if (!this.presents || !Connection.trusts(clientId)) return;
    const act = () => this.page.commit(fit(data.exploration, this.page.opened.description).exploration);
    this.page.notices.show(`offered ${data.id}`, `${data.name} offers what they see.`, { label: "Show it", act });
  }

  /** Whose rights have changed has other channels, and needs another page. @param {Place} place */
  #placed({ channels }) {
    if (channels.state !== this.channels.state) location.reload();
  }

  /** @param {Message} message */
  #arrived({ data, clientId = "" }) {
    if (!Connection.trusts(clientId, this.outline.presenter)) return;
    if (data.seq > this.seq + 1) void this.#refill(this.seq, data.seq);
    this.#take(data);
  }

  /** The commits between two that were seen, for whoever listens to the store. @param {number} after @param {number} before */
  async #refill(after, before) {
    const page = await this.presenter?.state.history({ limit: 100 }).catch(() => null);
    const missed = (page?.items ?? []).map(({ data }) => data).filter(({ seq }) => seq > after && seq < before);
    for (const state of missed.sort((a, b) => a.seq - b.seq)) this.store.put(state);
  }

  /** @param {State} state */
  #take(state) {
    if (state.seq < this.seq) return;
    this.seq = state.seq;
    this.mark = state.mark ?? null;
    const { exploration, left } = fit(state.exploration, this.page.opened.description);
    this.#latest = exploration;
    this.#left = left;
    if (state.rights) this.#restricted = state.rights !== this.page.opened.description.rights;
    this.store.put({ ...state, exploration, from: this.outline.presenter.name });
    if (!this.steers) this.#show();
    this.#render();
  }

  #show() {
    this.player.settle();
    if (!this.#latest) return;
    this.page.follow(this.#latest);
    void this.marks.show(this.mark);
  }

  /** @param {Message} message */
  #moved({ data, clientId = "" }) {
    if (this.steers || !Connection.trusts(clientId, this.outline.presenter)) return;
    this.player.take(data, Date.now());
    this.#frame ||= requestAnimationFrame(this.#play);
  }

  #play = () => {
    this.#frame = 0;
    if (this.steers) return;
    if (this.player.frame(Date.now())) this.#frame = requestAnimationFrame(this.#play);
    this.page.engine.loop.flush();
  };

  /** @param {boolean} whether */
  #follow(whether) {
    this.following = whether;
    if (whether) sessionStorage.removeItem(ALONE);
    else sessionStorage.setItem(ALONE, this.outline.key);
    void this.control?.presence.update({ follows: whether });
    if (whether) this.#show();
    else this.hand.show({ id: null, x: 0, y: 0 });
    this.#render();
  }

  /** @param {KeyboardEvent} event */
  #key({ key, target, ctrlKey, metaKey, altKey }) {
    const typing = target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
    if (key.toLowerCase() !== "f" || ctrlKey || metaKey || altKey || typing || this.steers !== true || this.presents) return;
    this.#follow(true);
  }

  #doings() {
    return {
      invite: () => invite(this.outline, this.page.opened.may),
      end: () => this.#do("end"),
      leave: () => this.#follow(false),
      back: () => this.#follow(true),
      offer: () => this.#do("offer", { exploration: this.page.exploration }, "Offered."),
      askToPresent: () => this.#do("ask", undefined, `${this.outline.presenter.name} is asked.`),
      take: () => this.#do("take"),
      point: (/** @type {boolean} */ on) => {
        this.#pointing = on;
        if (!on) this.presenter?.pointed({ id: null, x: 0, y: 0 });
      },
      handOver: (/** @type {number} */ id) => this.#do("hand-over", { person: id }),
      coPresent: (/** @type {number} */ id) => {
        const now = this.outline.coPresenters.map((each) => each.id);
        return this.#do("co-presenters", { people: now.includes(id) ? now.filter((each) => each !== id) : [...now, id] });
      },
    };
  }

  /** @param {string} what @param {object} [body] @param {string} [done] */
  async #do(what, body = {}, done = "") {
    try {
      await ask("POST", `${this.url}/${what}`, body);
      if (done) this.#say(done);
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message);
    }
  }

  /** It is over: the connection is closed before its token ends, and it asks for another. */
  #ended() {
    this.outline = { ...this.outline, running: false };
    this.following = false;
    this.connection?.close();
    const { exploration, opened } = this.page;
    const alone = () => location.assign(`/explore/${encodeURIComponent(exploration.dataset)}${encode(exploration, opened.suggested)}`);
    this.bar.end(isGuest(this.outline) ? [] : [textButton("Watch again", () => location.assign(`/live/${this.outline.key}`)), textButton("Explore alone", alone)]);
    this.#frameHost(false);
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.page.notices.show("live", sentence);
  }

  #render() {
    if (!this.outline.running) return;
    const members = this.roster.members(this.outline);
    const status = this.connection?.status ?? "reconnecting";
    const { outline, following } = this;
    this.bar.render({ outline, following, status, members, left: this.#left, restricted: this.#restricted });
    this.#frameHost(!this.presents && following);
  }

  /** @param {boolean} followed */
  #frameHost(followed) {
    this.page.host?.classList.toggle("dx-followed", followed);
  }
}
