/** The one animation-frame loop: however often work is asked for, it is done once a frame. */
export class FrameLoop {
  #pending = 0;

  /** @param {() => void} work @param {typeof requestAnimationFrame} [schedule] */
  constructor(work, schedule = (tick) => requestAnimationFrame(tick)) {
    this.schedule = schedule;
    this.tick = () => {
      this.#pending = 0;
      work();
    };
  }

  request() {
    if (!this.#pending) this.#pending = this.schedule(this.tick);
  }
}
