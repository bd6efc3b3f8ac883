/**
 * What one view shows, and how well it is known.
 * @import { Axis, Selection } from "../types.js"
 * @import { FrameView } from "./frame-decoder.js"
 */
import { Table } from "./cube-slicer.js";

/** @typedef {"exact" | "approximate" | "stale"} Status */
/** @typedef {"cube" | "plain" | null} Source */

/** @type {WeakMap<FrameView, Table>} */
const tables = new WeakMap();

/** Summing up a cube is worth doing once, until the table has gone on with new rows. @param {FrameView} view */
function tableOf(view) {
  const known = tables.get(view);
  const table = known?.total === view.total ? known : new Table(view);
  tables.set(view, table);
  return table;
}

/** @param {FrameView} view */
const cells = (view) => view.shape.slice(1).reduce((product, length) => product * length, 1);

export class Picture {
  /** @type {Axis[]} */ axes = [];
  /** @type {Status} */ status = "stale";
  /** The state whose values are shown. */
  stamp = -1;
  /** The work this picture has taken notice of. */
  revision = -1;
  /** Whether the page knows what is shown. */
  told = true;
  cubeExact = true;
  /** Which engine counted what is shown, if not the ordinary one. */
  engine = "";
  /** Whether its cube came with the exact densities. */
  fine = false;
  values = new Float64Array(0);
  ghost = new Float64Array(0);
  #key = "";
  /** @type {Table | null} */ #ghost = null;
  /** @type {Table | null} */ #cube = null;
  /** @type {Table | null} */ #plain = null;

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  /**
   * Begins with the unfiltered distribution of a view.
   * @param {FrameView} view @param {string} key what the view was asked as
   * @returns {boolean} whether anything is new
   */
  begin(view, key) {
    if (key === this.#key && view.total === this.#ghost?.total) return false;
    this.#key = key;
    this.axes = view.axes;
    this.values = new Float64Array(cells(view));
    this.ghost = new Float64Array(cells(view));
    this.#ghost = tableOf(view);
    this.#ghost.slice(null, this.ghost);
    this.stamp = this.revision = -1;
    this.status = "stale";
    this.#cube = this.#plain = null;
    return true;
  }

  /** @param {FrameView} view @param {boolean} fine */
  takeCube(view, fine) {
    this.#cube = tableOf(view);
    this.cubeExact = view.exact;
    this.fine = fine;
  }

  /** @param {FrameView} view */
  takePlain(view) {
    this.#plain = tableOf(view);
  }

  /**
   * Takes new rows into one of its answers.
   * @param {"ghost" | "cube" | "plain"} part @param {FrameView} delta
   * @returns {boolean} whether it could; if not, the answer is to be fetched anew
   */
  grow(part, delta) {
    const table = part === "ghost" ? this.#ghost : part === "cube" ? this.#cube : this.#plain;
    if (!table?.grow(delta)) return false;
    if (part === "ghost") table.slice(null, this.ghost);
    return true;
  }

  /**
   * Shows a state from what covers it; from nothing, the last picture stays and is stale.
   * @param {Source} source @param {Selection | null} selection of the active view @param {number} stamp
   */
  show(source, selection, stamp) {
    const table = source === "cube" ? this.#cube : source === "plain" ? this.#plain : null;
    if (table) {
      table.slice(source === "cube" ? selection : null, this.values);
      this.status = source === "plain" || this.cubeExact || table.isExact(selection) ? "exact" : "approximate";
      this.engine = table.engine;
      this.stamp = stamp;
    } else if (this.stamp !== stamp) this.status = "stale";
  }
}
