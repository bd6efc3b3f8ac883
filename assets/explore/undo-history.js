/**
 * Undo and redo without end, in step with the browser's Back and Forward.
 *
 * Every committed exploration is a *step*; the browser keeps it in one of its history *slots*. Browsers keep few slots
 * (Chrome 50), so when no slot of ours lies behind, the step before replaces the one in the current slot.
 * @import { Exploration } from "./types.js"
 */

/** @typedef {{ slot: number, step: number, exploration: Exploration }} Mark */
/** @typedef {Pick<History, "pushState" | "replaceState" | "back" | "forward" | "length" | "state">} Browser */

/** @param {unknown} state @returns {Mark | null} what `history.state` holds when the slot is ours */
export const markOf = (state) => /** @type {{ dx?: Mark } | null} */ (state)?.dx ?? null;

export class Timeline {
  /** @type {Exploration[]} */ #steps = [];
  #step = 0;
  #slot = 0;
  /** Slots of ours the browser still has, and the step each holds. @type {Map<number, number>} */
  #slots = new Map();

  /**
   * @param {Browser} browser
   * @param {(exploration: Exploration) => string} address the hash of an exploration
   * @param {(exploration: Exploration) => void} show called when undo or redo needed no help of the browser
   */
  constructor(browser, address, show) {
    this.browser = browser;
    this.address = address;
    this.show = show;
  }

  get canUndo() {
    return this.before !== undefined || this.#slots.has(this.#slot - 1);
  }

  /** The step that undo goes to, where it is known. @returns {Exploration | undefined} */
  get before() {
    return this.#steps[this.#step - 1];
  }

  get canRedo() {
    return this.#steps[this.#step + 1] !== undefined;
  }

  /**
   * Begins with what the address held. After a reload the slot is still marked, and the slots behind it still lead back;
   * an address typed in has made a slot of its own.
   * @param {Exploration} exploration
   */
  start(exploration) {
    const mark = markOf(this.browser.state);
    if (mark) this.#resume(mark);
    else if (this.#steps.length) this.#advance();
    this.#record(exploration);
    this.#replace(exploration);
  }

  /** @param {Exploration} exploration */
  push(exploration) {
    this.#advance();
    this.#record(exploration);
    this.browser.pushState(this.#mark(exploration), "", this.address(exploration));
    this.#forget();
  }

  /** Amends the current step, as a zoom does while the wheel turns; those after it stay. @param {Exploration} exploration */
  amend(exploration) {
    this.#steps[this.#step] = exploration;
    this.#replace(exploration);
  }

  undo() {
    if (!this.canUndo) return;
    if (this.#slots.get(this.#slot - 1) === this.#step - 1) this.browser.back();
    else this.#stepTo(this.#step - 1);
  }

  redo() {
    if (!this.canRedo) return;
    if (this.#slots.get(this.#slot + 1) === this.#step + 1) this.browser.forward();
    else this.#stepTo(this.#step + 1);
  }

  /** The browser went to a slot of ours. @param {Mark} mark @returns {Exploration} what to show */
  arrive(mark) {
    this.#slot = mark.slot;
    this.#step = mark.step;
    this.#slots.set(mark.slot, mark.step);
    this.#steps[mark.step] = mark.exploration;
    return mark.exploration;
  }

  #advance() {
    this.#step += 1;
    this.#slot += 1;
  }

  /** @param {Mark} mark */
  #resume({ slot, step }) {
    this.#slot = slot;
    this.#step = step;
    for (let behind = 1; behind <= slot; behind++) this.#slots.set(slot - behind, step - behind);
    this.#forget();
  }

  /** Drops the slots that the browser has dropped: all ahead, and those further back than its history is long. */
  #forget() {
    const oldest = this.#slot - (this.browser.length - 1);
    for (const slot of this.#slots.keys()) if (slot > this.#slot || slot < oldest) this.#slots.delete(slot);
  }

  /** @param {Exploration} exploration */
  #record(exploration) {
    this.#steps.length = Math.max(this.#steps.length, this.#step);
    this.#steps.splice(this.#step, Infinity, exploration);
    this.#slots.set(this.#slot, this.#step);
  }

  /** @param {number} step */
  #stepTo(step) {
    this.#step = step;
    this.#slots.set(this.#slot, step);
    this.#replace(this.#steps[step]);
    this.show(this.#steps[step]);
  }

  /** @param {Exploration} exploration */
  #mark(exploration) {
    return { dx: { slot: this.#slot, step: this.#step, exploration } };
  }

  /** @param {Exploration} exploration */
  #replace(exploration) {
    this.browser.replaceState(this.#mark(exploration), "", this.address(exploration));
  }
}
