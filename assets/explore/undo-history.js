/**
 * Unlimited undo and redo, in sync with the browser's Back and Forward.
 *
 * Every committed exploration is a *step*; the browser keeps it in one of its history *slots*. Browsers keep few slots
 * (Chrome 50), so when there is no earlier slot of ours, undo replaces the step in the current slot.
 * @import { Exploration } from "./types.js"
 */

/** @typedef {{ slot: number, step: number, exploration: Exploration }} HistoryMark */
/** @typedef {Pick<History, "pushState" | "replaceState" | "back" | "forward" | "length" | "state">} BrowserHistory */

/** @param {unknown} state @returns {HistoryMark | null} the mark in `history.state` if the slot is ours */
export const getHistoryMark = (state) => /** @type {{ dx?: HistoryMark } | null} */ (state)?.dx ?? null;

export class UndoHistory {
  /** @type {Exploration[]} */ #steps = [];
  #step = 0;
  #slot = 0;
  /** Slots of ours that the browser still has, and the step in each. @type {Map<number, number>} */
  #slots = new Map();

  /**
   * @param {BrowserHistory} browser
   * @param {(exploration: Exploration) => string} address the hash of an exploration
   * @param {(exploration: Exploration) => void} show called when undo or redo didn't go through the browser
   */
  constructor(browser, address, show) {
    this.browser = browser;
    this.formatAddress = address;
    this.onShow = show;
  }

  get canUndo() {
    return this.previous !== undefined || this.#slots.has(this.#slot - 1);
  }

  /** The step that undo goes to, if known. @returns {Exploration | undefined} */
  get previous() {
    return this.#steps[this.#step - 1];
  }

  get canRedo() {
    return this.#steps[this.#step + 1] !== undefined;
  }

  /**
   * Starts with the exploration of the address. After a reload the slot is still marked, and the slots before it still
   * work; an address typed in has created a new slot.
   * @param {Exploration} exploration
   */
  start(exploration) {
    const mark = getHistoryMark(this.browser.state);
    if (mark) this.#resumeAt(mark);
    else if (this.#steps.length) this.#advance();
    this.#recordStep(exploration);
    this.#replaceState(exploration);
  }

  /** @param {Exploration} exploration */
  push(exploration) {
    this.#advance();
    this.#recordStep(exploration);
    this.browser.pushState(this.#createState(exploration), "", this.formatAddress(exploration));
    this.#dropStaleSlots();
  }

  /** Replaces the current step, as a zoom does while the wheel turns; later steps stay. @param {Exploration} exploration */
  replaceStep(exploration) {
    this.#steps[this.#step] = exploration;
    this.#replaceState(exploration);
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

  /** The browser has moved to a slot of ours. @param {HistoryMark} mark @returns {Exploration} what to show */
  restoreMark(mark) {
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

  /** @param {HistoryMark} mark */
  #resumeAt({ slot, step }) {
    this.#slot = slot;
    this.#step = step;
    for (let behind = 1; behind <= slot; behind++) this.#slots.set(slot - behind, step - behind);
    this.#dropStaleSlots();
  }

  /** Forgets the slots that the browser has dropped: all later ones, and those beyond the length of its history. */
  #dropStaleSlots() {
    const oldest = this.#slot - (this.browser.length - 1);
    for (const slot of this.#slots.keys()) if (slot > this.#slot || slot < oldest) this.#slots.delete(slot);
  }

  /** @param {Exploration} exploration */
  #recordStep(exploration) {
    this.#steps.length = Math.max(this.#steps.length, this.#step);
    this.#steps.splice(this.#step, Infinity, exploration);
    this.#slots.set(this.#slot, this.#step);
  }

  /** @param {number} step */
  #stepTo(step) {
    this.#step = step;
    this.#slots.set(this.#slot, step);
    this.#replaceState(this.#steps[step]);
    this.onShow(this.#steps[step]);
  }

  /** @param {Exploration} exploration */
  #createState(exploration) {
    return { dx: { slot: this.#slot, step: this.#step, exploration } };
  }

  /** @param {Exploration} exploration */
  #replaceState(exploration) {
    this.browser.replaceState(this.#createState(exploration), "", this.formatAddress(exploration));
  }
}
