/**
 * Groups commits into one undo step: wheel turns, key presses, and the two clicks of a double click.
 * @import { Exploration } from "./types.js"
 * @import { ExplorePage } from "./page.js"
 */

/** Commits of the same kind within this time are grouped, milliseconds. */
const GROUP_WINDOW = 800;

/** @param {Exploration} a @param {Exploration} b */
const sameFilters = (a, b) => JSON.stringify(a.filters) === JSON.stringify(b.filters) && a.views === b.views;

export class UndoGrouping {
  /** The step that the next commit may be added to. */
  #lastStep = { edit: "", at: -Infinity, left: /** @type {Exploration | null} */ (null) };

  /** @param {ExplorePage} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * Commits a wheel turn or a key press: those close together are one step.
   * @param {string} edit its kind and view @param {Exploration} exploration
   */
  commitGrouped(edit, exploration) {
    this.page.commit(exploration, { amend: this.#continuesGroup(edit) });
    this.#lastStep = { edit, at: performance.now(), left: this.page.exploration };
  }

  /**
   * Commits a click. The first click of a double click selects a bin; the second undoes that before it clears.
   * @param {string} edit its kind and view @param {Exploration} exploration @param {boolean} clears
   */
  commitClick(edit, exploration, clears) {
    if (!clears) this.#lastStep.edit = "";
    const { previous: before } = this.page.undoHistory;
    if (clears && this.#continuesGroup(edit) && before && sameFilters(before, exploration)) return this.page.undoHistory.undo();
    this.commitGrouped(edit, exploration);
  }

  /** @param {string} edit */
  #continuesGroup(edit) {
    const { edit: before, at, left } = this.#lastStep;
    return before === edit && left === this.page.exploration && performance.now() - at < GROUP_WINDOW;
  }
}
