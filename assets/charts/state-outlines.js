/** US state outlines in degrees, fetched once a page. */

/** @import {Frame, Scene} from "./types.js" */
/** @typedef {number[][][]} Lines polylines of [longitude, latitude] */

import { mesh } from "../vendor/library.js";
import { hairline } from "./canvas-primitives.js";

/** @type {Lines | null} */
let lines = null;
/** @type {Promise<Lines> | null} */
let request = null;

/**
 * @returns {Promise<Lines>}
 * @throws {Error} when the server does not send the outlines
 */
export function loadOutlines() {
  request ??= fetchOutlines();
  return request;
}

async function fetchOutlines() {
  const response = await fetch(new URL("../vendor/states-10m.json", import.meta.url));
  if (!response.ok) throw new Error(`State outlines: the server answered ${response.status}.`);
  const topology = await response.json();
  lines = mesh(topology, topology.objects.states).coordinates;
  return lines;
}

/**
 * Draws what has arrived of the outlines.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Frame} frame
 * @param {(longitude: number) => number} x
 * @param {(latitude: number) => number} y
 */
export function drawOutlines(context, scene, frame, x, y) {
  const { theme, ratio } = scene;
  if (!lines) return;
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  context.clip();
  context.beginPath();
  for (const [start, ...rest] of lines) {
    context.moveTo(x(start[0]), y(start[1]));
    for (const [longitude, latitude] of rest) context.lineTo(x(longitude), y(latitude));
  }
  context.strokeStyle = theme.text;
  context.globalAlpha = 0.45;
  context.lineWidth = 0.75;
  context.lineJoin = "round";
  context.stroke();
  context.restore();
  frameLines(context, ratio, frame, theme.grid);
}

/** @param {CanvasRenderingContext2D} context @param {number} ratio @param {Frame} frame @param {string} colour */
function frameLines(context, ratio, { left, top, right, bottom }, colour) {
  hairline(context, ratio, left, top, right, top, colour);
  hairline(context, ratio, right, top, right, bottom, colour);
}
