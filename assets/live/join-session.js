/**
 * Makes an Explore page part of a live session: of one that runs, or that is watched again.
 * @import { Page } from "../explore/page.js"
 * @import { Outline } from "./types.js"
 */
import { Live } from "./live-session.js";
import { Replay } from "./replay.js";

/** @param {Page} page @param {Outline} outline */
export function join(page, outline) {
  const joined = outline.running ? new Live(page, outline) : new Replay(page, outline);
  page.companion = joined;
  void joined.start();
  return joined;
}
