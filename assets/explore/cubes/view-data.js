/**
 * The data that one view shows, and its status.
 * @import { CubeAxis, Selection } from "../types.js"
 * @import { ResultState } from "../../charts/types.js"
 * @import { FrameView } from "./frame-decoder.js"
 */
import { CubeSlicer } from "./cube-slicer.js";

/** @typedef {"cube" | "plain" | null} ValueSource */

/** @type {WeakMap<FrameView, CubeSlicer>} */
const slicers = new WeakMap();

/** The slicer of a cube, built once and again when new rows have been added to it. @param {FrameView} view */
function getSlicer(view) {
  const known = slicers.get(view);
  const slicer = known?.total === view.total ? known : new CubeSlicer(view);
  slicers.set(view, slicer);
  return slicer;
}

/** @param {FrameView} view */
const countCells = (view) => view.shape.slice(1).reduce((product, length) => product * length, 1);

export class ViewData {
  /** @type {CubeAxis[]} */ axes = [];
  /** @type {ResultState} */ status = "stale";
  /** The state whose values are shown. */
  stateNumber = -1;
  /** The engine's revision at the last update. */
  revision = -1;
  /** Whether the listener has been notified of these values. */
  isNotified = true;
  isCubeExact = true;
  /** Which engine computed the values, if not the default one. */
  engine = "";
  /** Whether its cube came with the request for exact densities. */
  hasExactCube = false;
  values = new Float64Array(0);
  ghost = new Float64Array(0);
  #key = "";
  /** @type {CubeSlicer | null} */ #ghost = null;
  /** @type {CubeSlicer | null} */ #cube = null;
  /** @type {CubeSlicer | null} */ #plain = null;

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  /**
   * Sets the unfiltered distribution of a view.
   * @param {FrameView} view @param {string} key the view's part of the request
   * @returns {boolean} whether anything is new
   */
  setGhost(view, key) {
    if (key === this.#key && view.total === this.#ghost?.total) return false;
    this.#key = key;
    this.axes = view.axes;
    this.values = new Float64Array(countCells(view));
    this.ghost = new Float64Array(countCells(view));
    this.#ghost = getSlicer(view);
    this.#ghost.sliceInto(null, this.ghost);
    this.stateNumber = this.revision = -1;
    this.status = "stale";
    this.#cube = this.#plain = null;
    return true;
  }

  /** Marks the values as those of an earlier state if the view's part of the request has changed. @param {string} key */
  checkKey(key) {
    if (key !== this.#key) this.stateNumber = -1;
  }

  /** @param {FrameView} view @param {boolean} fine */
  setCube(view, fine) {
    this.#cube = getSlicer(view);
    this.isCubeExact = view.exact;
    this.hasExactCube = fine;
  }

  /** @param {FrameView} view */
  setPlain(view) {
    this.#plain = getSlicer(view);
  }

  /**
   * Adds new rows to one of its responses.
   * @param {"ghost" | "cube" | "plain"} part @param {FrameView} delta
   * @returns {boolean} whether it could; if not, the response must be fetched again
   */
  appendDelta(part, delta) {
    const slicer = part === "ghost" ? this.#ghost : part === "cube" ? this.#cube : this.#plain;
    if (!slicer?.appendDelta(delta)) return false;
    if (part === "ghost") slicer.sliceInto(null, this.ghost);
    return true;
  }

  /**
   * Computes the values of a state from the source that covers it; without one, the last values stay and are stale.
   * @param {ValueSource} source @param {Selection | null} selection of the active view @param {number} stamp
   */
  updateValues(source, selection, stamp) {
    const slicer = source === "cube" ? this.#cube : source === "plain" ? this.#plain : null;
    if (slicer) {
      slicer.sliceInto(source === "cube" ? selection : null, this.values);
      this.status = source === "plain" || this.isCubeExact || slicer.isExact(selection) ? "exact" : "approximate";
      this.engine = slicer.engine;
      this.stateNumber = stamp;
    } else if (this.stateNumber !== stamp) this.status = "stale";
  }
}
