/** The one animation-frame loop: however often work is requested, it runs once per frame. */
export class FrameLoop {
  #pending = false;

  /** @param {() => void} work @param {(tick: () => void) => unknown} [schedule] */
  constructor(work, schedule = (tick) => requestAnimationFrame(tick)) {
    this.runWork = work;
    this.schedule = schedule;
  }

  requestFrame() {
    if (this.#pending) return;
    this.#pending = true;
    this.schedule(() => this.flush());
  }

  /** Runs requested work now instead of in the next frame: for callers within a frame. */
  flush() {
    if (!this.#pending) return;
    this.#pending = false;
    this.runWork();
  }
}
