/**
 * Keeps the data of every view consistent with the exploration: requests cubes when a view becomes active, slices them
 * once per frame while a brush moves, and marks as stale what no response covers yet.
 * @import { DatasetDescription, Exploration, Selection } from "../types.js"
 * @import { DataClient } from "../data-client.js"
 * @import { ResultState } from "../../charts/types.js"
 * @import { ValueSource } from "./view-data.js"
 * @import { CubeFrame } from "./frame-decoder.js"
 */
import { getFilter } from "../exploration.js";
import { FrameLoop } from "../frame-loop.js";
import { ResponseSlot } from "./response-slot.js";
import { ViewData } from "./view-data.js";
import { ROWS_VIEW_ID, createCubeRequest, cubesUrl, createGhostRequest, createPlainRequest } from "../requests.js";
import { filterToSelection } from "../filter-selection.js";
import { measureSince } from "../performance-timing.js";

/** New rows for one kind of response; `heldUrl` is the URL of the response they add to, `nextUrl` that of the result.
 * @typedef {{ slot: ResponseSlot, part: "ghost" | "cube" | "plain", url: string, heldUrl: string, nextUrl: string }} AppendDelta */
/**
 * @typedef {object} EngineListener
 * @property {(viewDataList: ViewData[]) => void} onAxes these have new axes and a new ghost
 * @property {(viewDataList: ViewData[]) => void} onGhosts the ghosts of these have new rows
 * @property {(viewData: ViewData) => void} onValues this view has new values or another status
 * @property {() => void} onDraw onValues has been called for all views of a frame
 * @property {() => void} onSettled every view shows the committed state
 * @property {(error: Error) => void} onFailure
 */

export class CubeEngine {
  /** @type {ViewData[]} */ viewDataList = [];
  /** @type {string | null} */ active = null;
  /** The brush of the active view. @type {Selection | null} */ #selection = null;
  #isBrushing = false;
  /** Whether the brush selects exactly the rows of the committed filter. */
  #isAligned = true;
  #stateNumber = 0;
  #revision = 0;
  #urls = { ghost: "", cube: "", plain: "" };
  #activatedAt = 0;
  #isUnsettled = false;

  /** @param {DataClient} client @param {DatasetDescription} description @param {Exploration} exploration @param {EngineListener} listener */
  constructor(client, description, exploration, listener) {
    this.description = description;
    this.exploration = exploration;
    this.listener = listener;
    this.frameLoop = new FrameLoop(() => this.#renderFrame());
    const fail = listener.onFailure;
    this.ghost = new ResponseSlot(client, "ghost", (frame) => this.#installGhost(frame), fail);
    this.cube = new ResponseSlot(client, "activation", (frame) => this.#installCubes(frame, false), fail);
    this.exactCube = new ResponseSlot(client, "activation", (frame) => this.#installCubes(frame, true), fail);
    this.plain = new ResponseSlot(client, "plain", (frame) => this.#installPlain(frame), fail);
  }

  /** Shows a committed exploration. @param {Exploration} exploration */
  showExploration(exploration) {
    if (JSON.stringify(exploration.filters) !== JSON.stringify(this.exploration.filters) || this.#isBrushing) this.#stateNumber += 1;
    this.exploration = exploration;
    const kept = new Set([...exploration.views.map((view) => view.id), ROWS_VIEW_ID]);
    this.viewDataList = this.viewDataList.filter((viewData) => kept.has(viewData.id));
    if (this.active && !kept.has(this.active)) this.active = null;
    this.#isBrushing = false;
    this.#isUnsettled = true;
    this.#markOutdated();
    this.#requestMissing();
    this.#sliceAll(); // the status must change now: until the next frame, a view would call older values exact
    this.#notifyValues();
  }

  /** @param {string} id a view that a pointer or the focus has entered */
  activateView(id) {
    const brushable = this.exploration.views.some((view) => view.id === id && view.columns.length);
    if (this.active === id || !brushable) return;
    this.active = id;
    this.#activatedAt = performance.now();
    if (this.#isBrushing) this.#stateNumber += 1;
    this.#isBrushing = false;
    this.#requestMissing();
  }

  /** The brush moves; nothing is committed yet. @param {string} id @param {Selection | null} selection */
  brushView(id, selection) {
    this.activateView(id);
    this.#selection = selection;
    this.#isBrushing = true;
    this.#stateNumber += 1;
    this.#requestFrame();
  }

  /** Requests again what failed. */
  retryFailed() {
    for (const slot of this.#slots) slot.dropAnswer();
    this.#requestMissing();
  }

  /**
   * The deltas to request for every response that is shown, when a dataset has grown.
   * @param {number} rows the new row count
   * @returns {AppendDelta[] | null} null while a response is outstanding: that one comes first
   */
  listDeltas(rows) {
    if (this.ghost.heldUrl !== this.#urls.ghost || this.#slots.some((slot) => slot.isWaiting)) return null;
    const then = { ...this.description, rows, grows: true };
    return this.#listHeldParts().map(({ slot, part, request }) => {
      const url = cubesUrl(then, request, this.description.rows);
      return { slot, part, url, heldUrl: slot.heldUrl, nextUrl: cubesUrl(then, request) };
    });
  }

  /**
   * Adds new rows to all views at once.
   * @param {number} rows the new row count @param {AppendDelta[]} deltas @param {CubeFrame[]} frames their responses
   * @returns {boolean} whether they were still needed
   */
  applyDeltas(rows, deltas, frames) {
    const shown = this.#listHeldParts();
    const same = shown.length === deltas.length && deltas.every(({ slot, heldUrl }, i) => slot === shown[i].slot && slot.heldUrl === heldUrl);
    if (!same || this.#slots.some((slot) => slot.isWaiting)) return false;
    Object.assign(this.description, { rows, grows: true });
    this.#stateNumber += 1;
    deltas.forEach((delta, index) => this.#applyDelta(delta, frames[index]));
    this.listener.onGhosts(this.viewDataList);
    this.#requestMissing();
    return true;
  }

  /** Shows a growing dataset at an earlier state. @param {number} rows its row count */
  goToRowCount(rows) {
    Object.assign(this.description, { rows, grows: true });
    this.#stateNumber += 1;
    this.#requestMissing();
  }

  get #slots() {
    return [this.ghost, this.cube, this.exactCube, this.plain];
  }

  /** The responses that cover the current state, and their requests. */
  #listHeldParts() {
    const { exploration, active } = this;
    /** @type {{ slot: ResponseSlot, part: "ghost" | "cube" | "plain", request: import("../types.js").CubeRequest }[]} */
    const parts = [
      { slot: this.ghost, part: "ghost", request: createGhostRequest(exploration) },
      { slot: this.plain, part: "plain", request: createPlainRequest(exploration) },
    ];
    if (active) {
      parts.push({ slot: this.cube, part: "cube", request: createCubeRequest(exploration, active, "coarse") });
      parts.push({ slot: this.exactCube, part: "cube", request: createCubeRequest(exploration, active, "exact") });
    }
    return parts.filter(({ slot, request }) => slot.heldUrl && slot.heldUrl === cubesUrl(this.description, request));
  }

  /** @param {AppendDelta} delta @param {CubeFrame} frame */
  #applyDelta({ slot, part, nextUrl }, frame) {
    let whole = true;
    for (const viewData of this.viewDataList) {
      const view = frame.views.get(viewData.id);
      if (!view || (part === "cube" && viewData.hasExactCube !== (slot === this.exactCube))) continue;
      whole = viewData.appendDelta(part, view) && whole;
    }
    if (whole) slot.setHeldUrl(nextUrl);
    else slot.dropAnswer();
    if (slot === this.cube) this.#urls.cube = nextUrl;
  }

  /** @param {string} id @returns {ViewData | undefined} */
  getViewData(id) {
    return this.viewDataList.find((viewData) => viewData.id === id);
  }

  /** The brush to draw on a view. @param {ViewData} viewData @returns {Selection | null} */
  getSelection(viewData) {
    if (this.#isBrushing && viewData.id === this.active) return this.#selection;
    return filterToSelection(getFilter(this.exploration, viewData.id), viewData.axes).selection;
  }

  #requestFrame() {
    this.#revision += 1;
    this.frameLoop.requestFrame();
  }

  #requestMissing() {
    this.#updateUrls();
    this.#requestFrame();
    this.ghost.requestUrl(this.#urls.ghost);
    if (this.ghost.heldUrl !== this.#urls.ghost) return;
    this.#alignSelection();
    if (this.active) this.cube.requestUrl(this.#urls.cube);
    if (this.#needsPlain()) this.plain.requestUrl(this.#urls.plain);
  }

  #updateUrls() {
    /** @param {import("../types.js").CubeRequest} request */
    const createUrl = (request) => cubesUrl(this.description, request);
    const { exploration, active } = this;
    this.#urls.ghost = createUrl(createGhostRequest(exploration));
    this.#urls.plain = createUrl(createPlainRequest(exploration));
    const cube = active ? createUrl(createCubeRequest(exploration, active, "coarse")) : "";
    if (cube !== this.#urls.cube) this.exactCube.dropAnswer();
    this.#urls.cube = cube;
  }

  #alignSelection() {
    const viewData = this.active ? this.getViewData(this.active) : undefined;
    if (this.#isBrushing || !viewData) return;
    const { selection, aligned } = filterToSelection(getFilter(this.exploration, viewData.id), viewData.axes);
    this.#selection = selection;
    this.#isAligned = aligned;
  }

  /** Cubes over a density have other densities only approximately; when nothing moves, the exact ones are requested. */
  #needsPlain() {
    if (!this.active || !this.#isAligned) return true;
    return !this.#isBrushing && this.#hasTwoAxes(this.active) && this.#isCubeCurrent() && this.#hasApproximate();
  }

  #hasApproximate() {
    return this.viewDataList.some((viewData) => !viewData.isCubeExact);
  }

  /** @param {string} id */
  #hasTwoAxes(id) {
    return this.getViewData(id)?.axes.length === 2;
  }

  #isCubeCurrent() {
    const heldUrl = this.cube.heldUrl !== "" && this.cube.heldUrl === this.#urls.cube;
    return this.active !== null && heldUrl && (this.#isBrushing || this.#isAligned);
  }

  /** Views whose axes or measure have changed don't show this state until the response with their new axes. */
  #markOutdated() {
    for (const view of createGhostRequest(this.exploration).views) this.getViewData(view.id)?.checkKey(JSON.stringify(view));
  }

  /** @param {CubeFrame} frame */
  #installGhost(frame) {
    const asked = createGhostRequest(this.exploration).views;
    const known = new Map(this.viewDataList.map((viewData) => [viewData.id, viewData]));
    this.viewDataList = asked.map(({ id }) => known.get(id) ?? new ViewData(id));
    const fresh = this.viewDataList.filter((viewData, index) => {
      const view = frame.views.get(viewData.id);
      return view && viewData.setGhost(view, JSON.stringify(asked[index]));
    });
    if (fresh.length) for (const slot of [this.cube, this.exactCube, this.plain]) slot.dropAnswer();
    this.listener.onAxes(fresh);
    this.#requestMissing();
  }

  /** @param {CubeFrame} frame @param {boolean} fine */
  #installCubes(frame, fine) {
    for (const viewData of this.viewDataList) {
      const view = frame.views.get(viewData.id);
      if (view) viewData.setCube(view, fine);
    }
    this.#requestExactCube();
    this.#requestMissing();
  }

  /** Requests the exact densities after the coarse ones. */
  #requestExactCube() {
    if (!this.active || this.#hasTwoAxes(this.active) || !this.#hasApproximate()) return;
    this.exactCube.requestUrl(cubesUrl(this.description, createCubeRequest(this.exploration, this.active, "exact")));
  }

  /** @param {CubeFrame} frame */
  #installPlain(frame) {
    for (const viewData of this.viewDataList) {
      const view = frame.views.get(viewData.id);
      if (view) viewData.setPlain(view);
    }
    this.#requestFrame();
  }

  #renderFrame() {
    const start = performance.now();
    const settled = this.#sliceAll();
    measureSince("dx:frame", start);
    this.#notifyValues();
    this.listener.onDraw();
    if (this.#activatedAt && this.#isCubeCurrent()) {
      measureSince("dx:activation", this.#activatedAt);
      this.#activatedAt = 0;
    }
    if (settled && this.#isUnsettled && !this.#isBrushing) {
      this.#isUnsettled = false;
      this.listener.onSettled();
    }
  }

  /** The data work of one frame: no network, no allocation. @returns {boolean} whether every view shows this state */
  #sliceAll() {
    const cube = this.#isCubeCurrent();
    const plain = !this.#isBrushing && this.plain.heldUrl === this.#urls.plain;
    let settled = this.viewDataList.length > 0;
    for (let i = 0; i < this.viewDataList.length; i++) {
      const viewData = this.viewDataList[i];
      if (viewData.revision !== this.#revision) this.#sliceOne(viewData, cube, plain);
      if (viewData.stateNumber !== this.#stateNumber) settled = false;
    }
    return settled;
  }

  /** @param {ViewData} viewData @param {boolean} cube @param {boolean} plain which responses cover the state */
  #sliceOne(viewData, cube, plain) {
    /** @type {ValueSource} */
    const source = cube && (viewData.isCubeExact || !plain) ? "cube" : plain ? "plain" : null;
    viewData.updateValues(source, viewData.id === this.active ? null : this.#selection, this.#stateNumber);
    viewData.revision = this.#revision;
    viewData.isNotified = false;
  }

  #notifyValues() {
    for (const viewData of this.viewDataList) {
      if (!viewData.isNotified) this.listener.onValues(viewData);
      viewData.isNotified = true;
    }
  }
}
