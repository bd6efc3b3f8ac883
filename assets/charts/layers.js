/** Stacked canvases, each redrawn alone, in CSS pixels at the screen's own resolution. */

/** @typedef {{canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, dirty: boolean}} Layer */

/**
 * @param {HTMLElement} parent
 * @param {string} name
 * @returns {Layer}
 */
export function createLayer(parent, name) {
  const canvas = document.createElement("canvas");
  canvas.className = `dx-layer dx-layer-${name}`;
  parent.append(canvas);
  return { canvas, context: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), dirty: true };
}

/**
 * @param {Layer} layer
 * @param {number} width CSS pixels
 * @param {number} height
 * @param {number} ratio device pixels a CSS pixel
 */
export function resizeLayer(layer, width, height, ratio) {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  layer.dirty = true;
  if (layer.canvas.width === w && layer.canvas.height === h) return;
  layer.canvas.width = w;
  layer.canvas.height = h;
  layer.canvas.style.width = `${width}px`;
  layer.canvas.style.height = `${height}px`;
}

/**
 * @param {Layer} layer
 * @param {number} ratio
 * @param {(context: CanvasRenderingContext2D) => void} paint
 */
export function paintLayer(layer, ratio, paint) {
  const { canvas, context } = layer;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint(context);
  layer.dirty = false;
}
