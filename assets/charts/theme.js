/** Colours and fonts of the page, read from its custom properties once per theme, not per frame. */

/** @import {ChartTheme} from "./types.js" */

const LIGHT = {
  selected: "#2f6fed", context: "#8b95a1", ghost: "#e3e7ec", axis: "#aab2bd", text: "#1d2733", "text-weak": "#5c6875",
  grid: "#edf0f3", surface: "#ffffff",
};
const DENSITY = ["#e8f1fa", "#c3dcf0", "#8fc1e3", "#56a0d3", "#2b7bba", "#145a9c", "#08306b"];
const SYSTEM = {
  selected: "Highlight", context: "GrayText", ghost: "ButtonFace", axis: "CanvasText", text: "CanvasText",
  "text-weak": "CanvasText", grid: "ButtonFace", surface: "Canvas",
};

/**
 * @param {Element} element an element inside the themed page
 * @returns {ChartTheme}
 */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const forced = matchMedia("(forced-colors: active)").matches;
  const readColor = (/** @type {keyof typeof LIGHT} */ name) =>
    forced ? resolveSystemColor(element, SYSTEM[name]) : style.getPropertyValue(`--dx-${name}`).trim() || LIGHT[name];
  const density = DENSITY.map((fallback, i) => style.getPropertyValue(`--dx-density-${i}`).trim() || fallback);
  return {
    selected: readColor("selected"), context: readColor("context"), ghost: readColor("ghost"), axis: readColor("axis"),
    text: readColor("text"), textWeak: readColor("text-weak"), grid: readColor("grid"), surface: readColor("surface"),
    density, ramp: createColorRamp(density),
    font: `11px ${style.fontFamily}`, fontSmall: `10px ${style.fontFamily}`,
  };
}

/** A system colour, resolved so that any canvas understands it. @param {Element} element @param {string} name */
function resolveSystemColor(element, name) {
  const probe = document.createElement("i");
  probe.style.color = name;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** @param {string[]} stops @returns {Uint32Array} */
function createColorRamp(stops) {
  const canvas = document.createElement("canvas");
  canvas.width = 256;
  canvas.height = 1;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const gradient = context.createLinearGradient(0, 0, 256, 0);
  stops.forEach((stop, i) => gradient.addColorStop(i / (stops.length - 1), stop));
  context.fillStyle = gradient;
  context.fillRect(0, 0, 256, 1);
  return new Uint32Array(context.getImageData(0, 0, 256, 1).data.buffer);
}
