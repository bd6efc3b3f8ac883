/** The one animation-frame loop: however often work is asked for, it is done once a frame. */
export class FrameLoop {
  #pending = false;

  /** @param {() => void} work @param {(tick: () => void) => unknown} [schedule] */
  constructor(work, schedule = (tick) => requestAnimationFrame(tick)) {
    this.work = work;
    this.schedule = schedule;
  }

  request() {
    if (this.#pending) return;
    this.#pending = true;
    this.schedule(() => this.flush());
  }

  /** Does what was asked for now, not a frame later: for whoever asked from within a frame. */
  flush() {
    if (!this.#pending) return;
    this.#pending = false;
    this.work();
  }
}
