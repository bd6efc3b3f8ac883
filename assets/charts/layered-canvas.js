/**
 * The one canvas of a chart. Browsers put the canvases of a page together one by one, which takes longer than to paint them;
 * so what seldom changes is painted beside it, and copied in.
 */

/** @import {Plot, Scene} from "./types.js" */

/** How much of the ground lies over what is shown: of an earlier picture, and while everything is selected (still 3:1 on the page). */
const STALE = 0.55;
const UNFILTERED = 0.22;

export class Canvas {
  element = Object.assign(document.createElement("canvas"), { className: "dx-canvas", width: 0, height: 0 });
  #context = /** @type {CanvasRenderingContext2D} */ (this.element.getContext("2d", { alpha: false }));
  #ground = surface(false);
  #overlay = surface(true);
  #kept = false;
  #painted = false;

  /** Everything has changed. */
  renew() {
    this.#kept = this.#painted = false;
  }

  /** What changes every frame has changed. */
  touch() {
    this.#painted = false;
  }

  /** Paints what has changed. @param {Scene} scene @param {Plot} plot @returns {boolean} whether anything had */
  paint(scene, plot) {
    if (this.#painted) return false;
    if (!this.#kept) this.#keep(scene, plot);
    else this.#copy(this.#ground);
    scaled(this.#context, scene.ratio, plot.foreground);
    this.#copy(this.#ground, veil(scene));
    if (plot.overlay) this.#copy(this.#overlay);
    this.#painted = true;
    return true;
  }

  /** Text is measured as on the page only on a canvas that is part of it: the ground is painted here, and then kept. @param {Scene} scene @param {Plot} plot */
  #keep({ width, height, ratio, theme }, plot) {
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    for (const { canvas } of [this.#context, this.#ground]) resize(canvas, w, h);
    resize(this.#overlay.canvas, plot.overlay ? w : 0, plot.overlay ? h : 0);
    Object.assign(this.element.style, { width: `${width}px`, height: `${height}px` });
    this.#context.fillStyle = theme.surface;
    this.#context.fillRect(0, 0, w, h);
    scaled(this.#context, ratio, plot.background);
    this.#ground.drawImage(this.element, 0, 0);
    this.#overlay.clearRect(0, 0, w, h);
    if (plot.overlay) scaled(/** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (this.#overlay)), ratio, plot.overlay);
    this.#kept = true;
  }

  /** @param {OffscreenCanvasRenderingContext2D} source */
  #copy(source, alpha = 1) {
    if (!alpha) return;
    this.#context.globalAlpha = alpha;
    this.#context.drawImage(source.canvas, 0, 0);
    this.#context.globalAlpha = 1;
  }
}

/** @param {boolean} alpha */
function surface(alpha) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(0, 0).getContext("2d", { alpha }));
}

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {number} width @param {number} height */
function resize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** In CSS pixels. @param {CanvasRenderingContext2D} context @param {number} ratio @param {(context: CanvasRenderingContext2D) => void} paint */
function scaled(context, ratio, paint) {
  context.save();
  context.scale(ratio, ratio);
  paint(context);
  context.restore();
}

/** @param {Scene} scene */
function veil({ state, model: { kind }, selection, values, ghost }) {
  if (state === "stale") return STALE;
  const plain = kind !== "density" && kind !== "figure" && !selection && ghost;
  return plain && values?.every((value, cell) => Object.is(value, ghost[cell])) ? UNFILTERED : 0;
}
