/**
 * Commits that make one step to undo: turns of the wheel, presses of a key, and the two halves of a double click.
 * @import { Exploration } from "./types.js"
 * @import { Page } from "./page.js"
 */

/** Of the same kind and closer together than this, milliseconds. */
const ONE_STEP = 800;

/** @param {Exploration} a @param {Exploration} b */
const sameFilters = (a, b) => JSON.stringify(a.filters) === JSON.stringify(b.filters) && a.views === b.views;

export class Steps {
  /** The step that a next turn or press may go on with. */
  #going = { what: "", at: -Infinity, left: /** @type {Exploration | null} */ (null) };

  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * Commits a turn of the wheel or a press of a key: close together they are one step.
   * @param {string} what @param {Exploration} exploration
   */
  goOn(what, exploration) {
    this.page.commit(exploration, { amend: this.#goesOn(what) });
    this.#going = { what, at: performance.now(), left: this.page.exploration };
  }

  /**
   * The first half of a double click selects a bin; its second half takes that back, before it clears.
   * @param {string} what @param {Exploration} exploration @param {boolean} clears
   */
  click(what, exploration, clears) {
    if (!clears) this.#going.what = "";
    const { before } = this.page.timeline;
    if (clears && this.#goesOn(what) && before && sameFilters(before, exploration)) return this.page.timeline.undo();
    this.goOn(what, exploration);
  }

  /** @param {string} what */
  #goesOn(what) {
    const { what: before, at, left } = this.#going;
    return before === what && left === this.page.exploration && performance.now() - at < ONE_STEP;
  }
}
