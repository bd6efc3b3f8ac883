/** The hand on a chart of ranges: makes, moves and resizes a brush; a click takes one bin. */

/** @import {Plot, Scene, Selection, Span} from "./types.js" */
/** @import {Grip} from "./brush.js" */
/** @import {Press, Tool} from "./pointer-events.js" */
/**
 * @typedef {{scene: Scene, plot(): Plot, brush(selection: Selection | null, phase: "move" | "commit"): void,
 *   pan(pixels: number): void, settlePan(): void, point(cell: number): void, reset(): void, focus(cell: number, end: "from" | "to"): void}} Host
 * what a hand may ask of a chart
 * @typedef {{press: Press, grips: Grip[], spans: (Span | null)[], anchors: number[], before: Selection | null, moved: boolean,
 *   axis: boolean, last: number}} Hand
 * what was pressed: boundaries there, the selection before, whether it is the axis, and where the hand was last
 */

import { intervalOfCell, sameSelection, selectionOf, spansOf } from "./bins.js";
import { gripsAt, pull } from "./brush.js";
import { boundaryAt, limits } from "./code-scale.js";

const REACH = { mouse: 12, touch: 24 };
const SLACK = { mouse: 3, touch: 8 };

/**
 * @param {Host} host
 * @returns {Tool}
 */
export function createRanger(host) {
  const { scene } = host;
  /** @type {Hand | null} */
  let hand = null;

  /** @param {number} x @param {number} y */
  const boundaries = (x, y) => host.plot().tracks.map((track, i) => boundaryAt(track, i ? y : x));

  /** @param {Press} press */
  const take = (press) => {
    const { tracks, frame } = host.plot();
    if (!tracks.length) return false;
    const spans = spansOf(scene.selection);
    const grips = gripsAt(tracks, spans, [press.x, press.y], REACH[press.touch ? "touch" : "mouse"]);
    const anchors = boundaries(press.x, press.y);
    hand = { press, grips, spans, anchors, before: scene.selection, moved: false, axis: press.y > frame.bottom, last: press.x };
    host.focus(-1, grips[0] === "to" ? "to" : "from");
    return true;
  };

  /** @param {number} x @param {number} y */
  const drag = (x, y) => {
    if (!hand) return;
    const { press } = hand;
    const slack = SLACK[press.touch ? "touch" : "mouse"];
    if (!hand.moved && Math.hypot(x - press.x, y - press.y) < slack) return;
    hand.moved = true;
    scene.busy = true;
    if (hand.axis) {
      host.pan(x - hand.last);
      hand.last = x;
    } else host.brush(pulled(hand, boundaries(x, y)), "move");
  };

  /** @param {Hand} held @param {number[]} now */
  const pulled = (held, now) => {
    const { tracks } = host.plot();
    const spans = tracks.map((track, i) => pull(held.grips[i], held.spans[i] ?? { from: 0, to: 0 }, held.anchors[i], now[i], limits(track)));
    const nulls = held.before?.type === "interval" && held.grips[0] !== "make" && !!held.before.nulls;
    return selectionOf(spans, nulls);
  };

  const release = () => {
    if (!hand) return;
    const held = hand;
    hand = null;
    scene.busy = false;
    if (!held.moved) click(host, held.press, held.grips);
    else if (held.axis) host.settlePan();
    else host.brush(scene.selection, "commit");
  };

  const cancel = () => {
    if (!hand) return;
    const { before, moved, axis } = hand;
    hand = null;
    scene.busy = false;
    if (moved && !axis) host.brush(before, "commit");
  };

  return {
    press: take, drag, release, cancel,
    hover: (x, y) => host.point(host.plot().cellAt(x, y)),
    leave: () => host.point(-1),
    clear: (x, y) => (y > host.plot().frame.bottom && x > 0 ? host.reset() : host.brush(null, "commit")),
  };
}

/** @param {Host} host @param {Press} press @param {Grip[]} grips */
function click(host, press, grips) {
  const { scene } = host;
  const cell = host.plot().cellAt(press.x, press.y);
  if (cell < 0) return;
  const selection = selectionOfCell(scene, cell, press.add);
  if (sameSelection(selection, scene.selection)) host.brush(null, "commit");
  else if (!grips.some((grip) => grip === "from" || grip === "to")) host.brush(selection, "commit");
}

/** @param {Scene} scene @param {number} cell @param {boolean} add @returns {Selection} */
function selectionOfCell({ bins: [x, y], selection }, cell, add) {
  if (y) return box(cell % x.axis.bins, Math.floor(cell / x.axis.bins));
  if (add && cell === x.none && selection?.type === "interval" && selection.from < selection.to)
    return selectionOf([selection], !selection.nulls);
  return intervalOfCell(x, cell);
}

/** @param {number} column @param {number} row @returns {Selection} */
function box(column, row) {
  return { type: "box", x: { from: column, to: column + 1 }, y: { from: row, to: row + 1 } };
}
