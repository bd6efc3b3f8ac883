/**
 * Replays a recorded live session: it can be played, scrubbed, and left at any moment to explore from there.
 * @import { ExplorePage } from "../explore/page.js"
 * @import { LiveSessionInfo } from "./types.js"
 * @import { RecordedEvent, Recording } from "./recording.js"
 */
import { formatHash } from "../explore/url-hash.js";
import { validateExploration, isValidFilter } from "./validate-exploration.js";
import { openInviteDialog } from "./invite-dialog.js";
import { PauseMarks } from "./pauses.js";
import { Player } from "./player.js";
import { RemotePointer } from "./remote-pointer.js";
import { fetchRecording } from "./recording.js";
import { ReplayBar } from "./replay-bar.js";

export class LiveReplay {
  isPlaying = false;
  #moment = 0;
  #last = 0;
  #frameRequest = 0;
  /** @type {Recording | null} */ #recording = null;

  /** @param {ExplorePage} page @param {LiveSessionInfo} outline */
  constructor(page, outline) {
    this.page = page;
    this.outline = outline;
    this.remotePointer = new RemotePointer(page, outline.presenter.name);
    this.player = this.#createPlayer();
    this.pauses = new PauseMarks(page.liveUpdates, `/api/live/${outline.key}`);
    this.bar = new ReplayBar(outline, {
      toggle: () => this.#setPlaying(!this.isPlaying),
      seek: (moment) => this.#seekTo(moment),
      leave: () => this.#exploreFromHere(),
      invite: () => openInviteDialog(outline, page.opened.may),
    });
    page.filterBar.element.before(this.bar.element);
  }

  async start() {
    try {
      this.#recording = await fetchRecording(`/api/live/${this.outline.key}`);
      this.bar.openRecording(this.#recording);
      this.#seekTo(0);
    } catch (error) {
      this.page.notices.show("live", /** @type {Error} */ (error).message);
    }
  }

  get isInControl() {
    return !this.isPlaying;
  }

  /** Any action of the user stops it. */
  onUserAction() {
    this.#setPlaying(false);
  }

  onPauseRequested() {
    this.onUserAction();
    return false;
  }

  onCommitted() {}
  onBrushed() {}
  onBrushEnded() {}
  onActivated() {}

  destroy() {
    cancelAnimationFrame(this.#frameRequest);
    this.remotePointer.remove();
    this.bar.element.remove();
  }

  #createPlayer() {
    return new Player({
      showBrush: (id, filter) => (filter === null || isValidFilter(filter)) && this.page.mirrorBrush(id, filter),
      activateView: (id) => id !== null && this.page.engine.activateView(id),
      showPointer: (pointer) => this.remotePointer.show(pointer),
    });
  }

  /** @param {boolean} isPlaying */
  #setPlaying(isPlaying) {
    if (isPlaying === this.isPlaying || !this.#recording) return;
    if (isPlaying && this.#moment >= this.#recording.duration) this.#seekTo(0);
    this.isPlaying = isPlaying;
    this.bar.showMoment(this.#moment, isPlaying);
    cancelAnimationFrame(this.#frameRequest);
    this.#last = performance.now();
    if (isPlaying) this.#frameRequest = requestAnimationFrame(this.#playStep);
  }

  /** @param {number} now */
  #playStep = (now) => {
    const recording = /** @type {Recording} */ (this.#recording);
    const then = this.#moment;
    this.#moment = Math.min(recording.duration, then + (now - this.#last) * this.bar.speed);
    this.#last = now;
    for (const event of recording.listEvents(then, this.#moment)) this.#applyEvent(event);
    this.player.playFrame(this.#moment);
    this.bar.showMoment(this.#moment, true);
    if (this.#moment >= recording.duration) this.#setPlaying(false);
    else this.#frameRequest = requestAnimationFrame(this.#playStep);
  };

  /** @param {number} moment */
  #seekTo(moment) {
    this.#moment = moment;
    this.player = this.#createPlayer();
    for (const event of this.#recording?.listEventsAt(moment) ?? []) this.#applyEvent(event);
    this.player.playFrame(Infinity);
    this.bar.showMoment(moment, this.isPlaying);
  }

  /** @param {RecordedEvent} event */
  #applyEvent({ at, state, move }) {
    if (move) this.player.addMove(move, at);
    if (!state) return;
    this.player.clearBrush();
    this.page.followExploration(validateExploration(state.exploration, this.page.opened.description).exploration);
    void this.pauses.showMark(state.mark ?? null);
  }

  #exploreFromHere() {
    const { exploration, opened } = this.page;
    location.assign(`/explore/${encodeURIComponent(exploration.dataset)}${formatHash(exploration, opened.suggested)}`);
  }
}
