/**
 * The one canvas of a chart. Browsers composite the canvases of a page one by one, which takes longer than painting them;
 * so the background, which seldom changes, is painted on an offscreen canvas and copied in.
 */

/** @import {Plot, Scene} from "./types.js" */

/** Opacity of the background over the foreground: for stale values, and while everything is selected (still 3:1 contrast). */
const STALE_OPACITY = 0.55;
const UNFILTERED_OPACITY = 0.22;

export class LayeredCanvas {
  element = Object.assign(document.createElement("canvas"), { className: "dx-canvas", width: 0, height: 0 });
  #context = /** @type {CanvasRenderingContext2D} */ (this.element.getContext("2d", { alpha: false }));
  #background = createLayer(false);
  #overlay = createLayer(true);
  #hasBackground = false;
  #isPainted = false;

  /** Background and foreground have changed. */
  invalidateBackground() {
    this.#hasBackground = this.#isPainted = false;
  }

  /** The foreground alone has changed. */
  invalidateForeground() {
    this.#isPainted = false;
  }

  /** Paints what has changed. @param {Scene} scene @param {Plot} plot @returns {boolean} whether anything was painted */
  paint(scene, plot) {
    if (this.#isPainted) return false;
    if (!this.#hasBackground) this.#paintBackground(scene, plot);
    else this.#copyLayer(this.#background);
    paintScaled(this.#context, scene.ratio, plot.foreground);
    this.#copyLayer(this.#background, getBackgroundOpacity(scene));
    if (plot.overlay) this.#copyLayer(this.#overlay);
    this.#isPainted = true;
    return true;
  }

  /** Paints the background on the page's own canvas, as text is measured right only there, and keeps a copy. @param {Scene} scene @param {Plot} plot */
  #paintBackground({ width, height, ratio, theme }, plot) {
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    for (const { canvas } of [this.#context, this.#background]) resizeCanvas(canvas, w, h);
    resizeCanvas(this.#overlay.canvas, plot.overlay ? w : 0, plot.overlay ? h : 0);
    Object.assign(this.element.style, { width: `${width}px`, height: `${height}px` });
    this.#context.fillStyle = theme.surface;
    this.#context.fillRect(0, 0, w, h);
    paintScaled(this.#context, ratio, plot.background);
    this.#background.drawImage(this.element, 0, 0);
    this.#overlay.clearRect(0, 0, w, h);
    if (plot.overlay) paintScaled(/** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (this.#overlay)), ratio, plot.overlay);
    this.#hasBackground = true;
  }

  /** @param {OffscreenCanvasRenderingContext2D} source */
  #copyLayer(source, alpha = 1) {
    if (!alpha) return;
    this.#context.globalAlpha = alpha;
    this.#context.drawImage(source.canvas, 0, 0);
    this.#context.globalAlpha = 1;
  }
}

/** @param {boolean} alpha */
function createLayer(alpha) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(0, 0).getContext("2d", { alpha }));
}

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {number} width @param {number} height */
function resizeCanvas(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Paints in CSS pixels. @param {CanvasRenderingContext2D} context @param {number} ratio @param {(context: CanvasRenderingContext2D) => void} paint */
function paintScaled(context, ratio, paint) {
  context.save();
  context.scale(ratio, ratio);
  paint(context);
  context.restore();
}

/** @param {Scene} scene */
function getBackgroundOpacity({ state, traits, selection, values, ghost }) {
  if (state === "stale") return STALE_OPACITY;
  const plain = traits.fadesUnfiltered && !selection && ghost;
  return plain && values?.every((value, cell) => Object.is(value, ghost[cell])) ? UNFILTERED_OPACITY : 0;
}
