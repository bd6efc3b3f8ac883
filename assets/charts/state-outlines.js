/** US state outlines in degrees, fetched once per page. */

/** @import {PlotFrame, Scene} from "./types.js" */
/** @typedef {number[][][]} Polylines polylines of [longitude, latitude] */

import { mesh } from "../vendor/library.js";
import { drawHairline } from "./canvas-primitives.js";

/** @type {Polylines | null} */
let lines = null;
/** @type {Promise<Polylines> | null} */
let request = null;

/**
 * @returns {Promise<Polylines>}
 * @throws {Error} when the server does not send the outlines
 */
export function loadOutlines() {
  request ??= fetchOutlines();
  return request;
}

async function fetchOutlines() {
  const response = await fetch(new URL("../vendor/states-10m.json", import.meta.url));
  if (!response.ok) throw new Error(`Couldn't load the state outlines (HTTP ${response.status}).`);
  const topology = await response.json();
  lines = mesh(topology, topology.objects.states).coordinates;
  return lines;
}

/**
 * Draws the outlines, if they have been loaded.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {PlotFrame} frame
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
  drawFrameEdges(context, ratio, frame, theme.grid);
}

/** @param {CanvasRenderingContext2D} context @param {number} ratio @param {PlotFrame} frame @param {string} colour */
function drawFrameEdges(context, ratio, { left, top, right, bottom }, colour) {
  drawHairline(context, ratio, left, top, right, top, colour);
  drawHairline(context, ratio, right, top, right, bottom, colour);
}
