/**
 * Keeps every picture true to the exploration: asks for cubes when a view becomes active, slices them once a frame
 * while a brush moves, and marks as stale what no answer covers yet.
 * @import { Description, Exploration, Selection } from "../types.js"
 * @import { Client } from "../data-client.js"
 * @import { Source, Status } from "./view-data.js"
 * @import { Frame } from "./frame-decoder.js"
 */
import { filterOf } from "../exploration.js";
import { FrameLoop } from "../frame-loop.js";
import { Layer } from "./response-slot.js";
import { Picture } from "./view-data.js";
import { ROWS, cubeRequest, cubesUrl, ghostRequest, plainRequest } from "../requests.js";
import { fromFilter } from "../filter-selection.js";
import { measure } from "../performance-timing.js";

/** New rows for one kind of answer; `held` is the address of what they add to, `next` of what that becomes.
 * @typedef {{ layer: Layer, part: "ghost" | "cube" | "plain", url: string, held: string, next: string }} Delta */
/**
 * @typedef {object} Listener
 * @property {(pictures: Picture[]) => void} onAxes these pictures have new axes and a new ghost
 * @property {(pictures: Picture[]) => void} onGhosts the ghosts of these have taken in new rows
 * @property {(picture: Picture) => void} onValues this picture has new values or another status
 * @property {() => void} onDraw all values of a frame are told
 * @property {() => void} onSettled every picture shows the committed state
 * @property {(error: Error) => void} onFailure
 */

export class Engine {
  /** @type {Picture[]} */ pictures = [];
  /** @type {string | null} */ active = null;
  /** The brush of the active view. @type {Selection | null} */ #selection = null;
  #live = false;
  /** Whether the brush stands for exactly the rows of the committed filter. */
  #aligned = true;
  #stamp = 0;
  #revision = 0;
  #urls = { ghost: "", cube: "", plain: "" };
  #activatedAt = 0;
  #unsettled = false;

  /** @param {Client} client @param {Description} description @param {Exploration} exploration @param {Listener} listener */
  constructor(client, description, exploration, listener) {
    this.description = description;
    this.exploration = exploration;
    this.listener = listener;
    this.loop = new FrameLoop(() => this.#frame());
    const fail = listener.onFailure;
    this.ghost = new Layer(client, "ghost", (frame) => this.#installGhost(frame), fail);
    this.cube = new Layer(client, "activation", (frame) => this.#installCubes(frame, false), fail);
    this.fine = new Layer(client, "activation", (frame) => this.#installCubes(frame, true), fail);
    this.plain = new Layer(client, "plain", (frame) => this.#installPlain(frame), fail);
  }

  /** Shows a committed exploration. @param {Exploration} exploration */
  show(exploration) {
    if (JSON.stringify(exploration.filters) !== JSON.stringify(this.exploration.filters) || this.#live) this.#stamp += 1;
    this.exploration = exploration;
    const kept = new Set([...exploration.views.map((view) => view.id), ROWS]);
    this.pictures = this.pictures.filter((picture) => kept.has(picture.id));
    if (this.active && !kept.has(this.active)) this.active = null;
    this.#live = false;
    this.#unsettled = true;
    this.#refresh();
  }

  /** @param {string} id a view that a pointer or the focus has entered */
  activate(id) {
    const brushable = this.exploration.views.some((view) => view.id === id && view.columns.length);
    if (this.active === id || !brushable) return;
    this.active = id;
    this.#activatedAt = performance.now();
    if (this.#live) this.#stamp += 1;
    this.#live = false;
    this.#refresh();
  }

  /** The brush moves; nothing is committed yet. @param {string} id @param {Selection | null} selection */
  brush(id, selection) {
    this.activate(id);
    this.#selection = selection;
    this.#live = true;
    this.#stamp += 1;
    this.#changed();
  }

  /** Asks again for what failed. */
  retry() {
    for (const layer of this.#layers) layer.forget();
    this.#refresh();
  }

  /**
   * What a growing dataset has more by now, for every answer that shows the state as it is.
   * @param {number} rows how many there are
   * @returns {Delta[] | null} null while an answer is on its way: that one comes first
   */
  deltas(rows) {
    if (this.ghost.held !== this.#urls.ghost || this.#layers.some((layer) => layer.waiting)) return null;
    const then = { ...this.description, rows, grows: true };
    return this.#shown().map(({ layer, part, request }) => {
      const url = cubesUrl(then, request, this.description.rows);
      return { layer, part, url, held: layer.held, next: cubesUrl(then, request) };
    });
  }

  /**
   * Takes in new rows, all pictures at once.
   * @param {number} rows how many there are then @param {Delta[]} deltas @param {Frame[]} frames their answers
   * @returns {boolean} whether they were still wanted
   */
  grow(rows, deltas, frames) {
    const shown = this.#shown();
    const same = shown.length === deltas.length && deltas.every(({ layer, held }, i) => layer === shown[i].layer && layer.held === held);
    if (!same || this.#layers.some((layer) => layer.waiting)) return false;
    Object.assign(this.description, { rows, grows: true });
    this.#stamp += 1;
    deltas.forEach((delta, index) => this.#extend(delta, frames[index]));
    this.listener.onGhosts(this.pictures);
    this.#refresh();
    return true;
  }

  /** Shows a growing dataset as it was. @param {number} rows how many there were */
  goTo(rows) {
    Object.assign(this.description, { rows, grows: true });
    this.#stamp += 1;
    this.#refresh();
  }

  get #layers() {
    return [this.ghost, this.cube, this.fine, this.plain];
  }

  /** The answers that cover the state, and what they were asked. */
  #shown() {
    const { exploration, active } = this;
    /** @type {{ layer: Layer, part: "ghost" | "cube" | "plain", request: import("../types.js").CubeRequest }[]} */
    const parts = [
      { layer: this.ghost, part: "ghost", request: ghostRequest(exploration) },
      { layer: this.plain, part: "plain", request: plainRequest(exploration) },
    ];
    if (active) {
      parts.push({ layer: this.cube, part: "cube", request: cubeRequest(exploration, active, "coarse") });
      parts.push({ layer: this.fine, part: "cube", request: cubeRequest(exploration, active, "exact") });
    }
    return parts.filter(({ layer, request }) => layer.held && layer.held === cubesUrl(this.description, request));
  }

  /** @param {Delta} delta @param {Frame} frame */
  #extend({ layer, part, next }, frame) {
    let whole = true;
    for (const picture of this.pictures) {
      const view = frame.views.get(picture.id);
      if (!view || (part === "cube" && picture.fine !== (layer === this.fine))) continue;
      whole = picture.grow(part, view) && whole;
    }
    if (whole) layer.become(next);
    else layer.forget();
    if (layer === this.cube) this.#urls.cube = next;
  }

  /** @param {string} id @returns {Picture | undefined} */
  picture(id) {
    return this.pictures.find((picture) => picture.id === id);
  }

  /** The brush to draw on a view. @param {Picture} picture @returns {Selection | null} */
  selectionOf(picture) {
    if (this.#live && picture.id === this.active) return this.#selection;
    return fromFilter(filterOf(this.exploration, picture.id), picture.axes).selection;
  }

  #changed() {
    this.#revision += 1;
    this.loop.request();
  }

  #refresh() {
    this.#findUrls();
    this.#changed();
    this.ghost.want(this.#urls.ghost);
    if (this.ghost.held !== this.#urls.ghost) return;
    this.#align();
    if (this.active) this.cube.want(this.#urls.cube);
    if (this.#needsPlain()) this.plain.want(this.#urls.plain);
  }

  #findUrls() {
    /** @param {import("../types.js").CubeRequest} request */
    const url = (request) => cubesUrl(this.description, request);
    const { exploration, active } = this;
    this.#urls.ghost = url(ghostRequest(exploration));
    this.#urls.plain = url(plainRequest(exploration));
    const cube = active ? url(cubeRequest(exploration, active, "coarse")) : "";
    if (cube !== this.#urls.cube) this.fine.forget();
    this.#urls.cube = cube;
  }

  #align() {
    const picture = this.active ? this.picture(this.active) : undefined;
    if (this.#live || !picture) return;
    const { selection, aligned } = fromFilter(filterOf(this.exploration, picture.id), picture.axes);
    this.#selection = selection;
    this.#aligned = aligned;
  }

  /** Cubes over a density know other densities only roughly; at rest those are asked for as they are. */
  #needsPlain() {
    if (!this.active || !this.#aligned) return true;
    return !this.#live && this.#isDensity(this.active) && this.#cubeCovers() && this.#rough();
  }

  #rough() {
    return this.pictures.some((picture) => !picture.cubeExact);
  }

  /** @param {string} id */
  #isDensity(id) {
    return this.picture(id)?.axes.length === 2;
  }

  #cubeCovers() {
    const held = this.cube.held !== "" && this.cube.held === this.#urls.cube;
    return this.active !== null && held && (this.#live || this.#aligned);
  }

  /** @param {Frame} frame */
  #installGhost(frame) {
    const asked = ghostRequest(this.exploration).views;
    const known = new Map(this.pictures.map((picture) => [picture.id, picture]));
    this.pictures = asked.map(({ id }) => known.get(id) ?? new Picture(id));
    const fresh = this.pictures.filter((picture, index) => {
      const view = frame.views.get(picture.id);
      return view && picture.begin(view, JSON.stringify(asked[index]));
    });
    if (fresh.length) for (const layer of [this.cube, this.fine, this.plain]) layer.forget();
    this.listener.onAxes(fresh);
    this.#refresh();
  }

  /** @param {Frame} frame @param {boolean} fine */
  #installCubes(frame, fine) {
    for (const picture of this.pictures) {
      const view = frame.views.get(picture.id);
      if (view) picture.takeCube(view, fine);
    }
    this.#refine();
    this.#refresh();
  }

  /** After the coarse densities, the exact ones. */
  #refine() {
    if (!this.active || this.#isDensity(this.active) || !this.#rough()) return;
    this.fine.want(cubesUrl(this.description, cubeRequest(this.exploration, this.active, "exact")));
  }

  /** @param {Frame} frame */
  #installPlain(frame) {
    for (const picture of this.pictures) {
      const view = frame.views.get(picture.id);
      if (view) picture.takePlain(view);
    }
    this.#changed();
  }

  #frame() {
    const start = performance.now();
    const settled = this.#slice();
    measure("dx:frame", start);
    this.#tell();
    this.listener.onDraw();
    if (this.#activatedAt && this.#cubeCovers()) {
      measure("dx:activation", this.#activatedAt);
      this.#activatedAt = 0;
    }
    if (settled && this.#unsettled && !this.#live) {
      this.#unsettled = false;
      this.listener.onSettled();
    }
  }

  /** The data work of one frame: no network, no allocation. @returns {boolean} whether every picture shows this state */
  #slice() {
    const cube = this.#cubeCovers();
    const plain = !this.#live && this.plain.held === this.#urls.plain;
    let settled = this.pictures.length > 0;
    for (let i = 0; i < this.pictures.length; i++) {
      const picture = this.pictures[i];
      if (picture.revision !== this.#revision) this.#sliceOne(picture, cube, plain);
      if (picture.stamp !== this.#stamp) settled = false;
    }
    return settled;
  }

  /** @param {Picture} picture @param {boolean} cube @param {boolean} plain which answers cover the state */
  #sliceOne(picture, cube, plain) {
    /** @type {Source} */
    const source = cube && (picture.cubeExact || !plain) ? "cube" : plain ? "plain" : null;
    picture.show(source, picture.id === this.active ? null : this.#selection, this.#stamp);
    picture.revision = this.#revision;
    picture.told = false;
  }

  #tell() {
    for (const picture of this.pictures) {
      if (!picture.told) this.listener.onValues(picture);
      picture.told = true;
    }
  }
}
