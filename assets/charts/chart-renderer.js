/** What a chart is drawn on: keeps a scene, lays it out when its geometry changes and paints what has changed. */

/** @import {Plot, Scene} from "./types.js" */

import { bars } from "./bars.js";
import { density } from "./density.js";
import { describe, readout } from "./description.js";
import { figure } from "./figure.js";
import { histogram } from "./histogram.js";
import { outgrown } from "./value-domain.js";
import { createView } from "./chart-elements.js";

const KINDS = { histogram, series: histogram, bars, density, figure };

export class Stage {
  /** @type {import("./keyboard-controls.js").Controls | null} */
  controls = null;
  /** @type {Plot | null} */
  #plot = null;
  #told = "";

  /** @param {HTMLElement} element @param {Scene} scene */
  constructor(element, scene) {
    this.view = createView(element);
    this.scene = scene;
  }

  /** @returns {Plot} */
  get plot() {
    this.#plot ??= this.#layOut();
    return this.#plot;
  }

  /** The geometry is no longer right. */
  relayout() {
    this.#plot = null;
    this.repaint();
  }

  /** The geometry stands, colours or content behind do not. */
  repaint() {
    this.view.canvas.renew();
  }

  /** What changes every frame has changed. */
  touch() {
    this.view.canvas.touch();
  }

  /** The selection or the pointer has changed. */
  mark() {
    if (this.scene.model.kind === "bars") this.repaint();
    else this.touch();
  }

  draw() {
    const { scene, view: { canvas } } = this;
    if (scene.width < 1 || scene.height < 1 || !canvas.paint(scene, this.plot)) return;
    this.controls?.place();
    this.#tell(readout(scene));
  }

  /** Fits levels that have left the range of everything. A hand at rest may see the axis change, a moving one not. */
  refit() {
    const { scene } = this;
    if (scene.busy || scene.bins.length !== 1 || !scene.values || !scene.ghost) return;
    const fitted = outgrown(scene.bins[0], scene.values, scene.ghost);
    if (`${fitted}` === `${scene.fitted}`) return;
    scene.fitted = fitted;
    this.relayout();
  }

  /** Brings the words for those who don't see the picture up to date. */
  name() {
    const { root, canvas, surface } = this.view;
    root.setAttribute("aria-label", this.scene.model.title);
    root.setAttribute("aria-busy", `${this.scene.state === "stale"}`);
    depict(canvas.element, describe(this.scene));
    surface.inert = this.scene.model.kind === "figure";
    this.controls?.name();
  }

  #layOut() {
    const { scene, view } = this;
    const plot = KINDS[scene.model.kind](scene);
    view.surface.style.top = scene.model.kind === "bars" ? `${plot.frame.top}px` : "0";
    this.#plot = plot;
    this.controls?.size();
    return plot;
  }

  /** @param {string} text */
  #tell(text) {
    if (text === this.#told) return;
    this.view.readout.textContent = this.#told = text;
  }
}

/** Makes a canvas a picture with words: until it has some, nobody is told of it. @param {HTMLCanvasElement} canvas @param {string} words */
function depict(canvas, words) {
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words);
}
