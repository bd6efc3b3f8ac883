/**
 * A live session watched again: played, scrubbed, and left at any moment to explore from there.
 * @import { Page } from "../explore/page.js"
 * @import { Outline } from "./types.js"
 * @import { Event, Recording } from "./recording.js"
 */
import { encode } from "../explore/url-hash.js";
import { fit, isFilter } from "./validate-exploration.js";
import { invite } from "./invite-dialog.js";
import { Marks } from "./pauses.js";
import { Player } from "./player.js";
import { Hand } from "./remote-pointer.js";
import { fetchRecording } from "./recording.js";
import { ReplayBar } from "./replay-bar.js";

export class Replay {
  playing = false;
  #moment = 0;
  #last = 0;
  #frame = 0;
  /** @type {Recording | null} */ #recording = null;

  /** @param {Page} page @param {Outline} outline */
  constructor(page, outline) {
    this.page = page;
    this.outline = outline;
    this.hand = new Hand(page, outline.presenter.name);
    this.player = this.#newPlayer();
    this.marks = new Marks(page.growth, `/api/live/${outline.key}`);
    this.bar = new ReplayBar(outline, {
      toggle: () => this.#play(!this.playing),
      seek: (moment) => this.#seek(moment),
      leave: () => this.#leave(),
      invite: () => invite(outline, page.opened.may),
    });
    page.strip.element.before(this.bar.element);
  }

  async start() {
    try {
      this.#recording = await fetchRecording(`/api/live/${this.outline.key}`);
      this.bar.open(this.#recording);
      this.#seek(0);
    } catch (error) {
      this.page.notices.show("live", /** @type {Error} */ (error).message);
    }
  }

  get steers() {
    return !this.playing;
  }

  /** Whoever touches the page stops it. */
  acts() {
    this.#play(false);
  }

  holds() {
    this.acts();
    return false;
  }

  committed() {}
  brushed() {}
  rested() {}
  activated() {}

  destroy() {
    cancelAnimationFrame(this.#frame);
    this.hand.remove();
    this.bar.element.remove();
  }

  #newPlayer() {
    return new Player({
      brush: (id, filter) => (filter === null || isFilter(filter)) && this.page.mirror(id, filter),
      activate: (id) => id !== null && this.page.engine.activate(id),
      point: (pointer) => this.hand.show(pointer),
    });
  }

  /** @param {boolean} whether */
  #play(whether) {
    if (whether === this.playing || !this.#recording) return;
    if (whether && this.#moment >= this.#recording.length) this.#seek(0);
    this.playing = whether;
    this.bar.show(this.#moment, whether);
    cancelAnimationFrame(this.#frame);
    this.#last = performance.now();
    if (whether) this.#frame = requestAnimationFrame(this.#step);
  }

  /** @param {number} now */
  #step = (now) => {
    const recording = /** @type {Recording} */ (this.#recording);
    const then = this.#moment;
    this.#moment = Math.min(recording.length, then + (now - this.#last) * this.bar.speed);
    this.#last = now;
    for (const event of recording.between(then, this.#moment)) this.#happen(event);
    this.player.frame(this.#moment);
    this.bar.show(this.#moment, true);
    if (this.#moment >= recording.length) this.#play(false);
    else this.#frame = requestAnimationFrame(this.#step);
  };

  /** @param {number} moment */
  #seek(moment) {
    this.#moment = moment;
    this.player = this.#newPlayer();
    for (const event of this.#recording?.standing(moment) ?? []) this.#happen(event);
    this.player.frame(Infinity);
    this.bar.show(moment, this.playing);
  }

  /** @param {Event} event */
  #happen({ at, state, move }) {
    if (move) this.player.take(move, at);
    if (!state) return;
    this.player.settle();
    this.page.follow(fit(state.exploration, this.page.opened.description).exploration);
    void this.marks.show(state.mark ?? null);
  }

  #leave() {
    const { exploration, opened } = this.page;
    location.assign(`/explore/${encodeURIComponent(exploration.dataset)}${encode(exploration, opened.suggested)}`);
  }
}
