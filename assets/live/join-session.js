/**
 * Joins an Explore page to a live session, or replays its recording if it has ended.
 * @import { ExplorePage } from "../explore/page.js"
 * @import { LiveSessionInfo } from "./types.js"
 */
import { LiveSession } from "./live-session.js";
import { LiveReplay } from "./replay.js";

/** @param {ExplorePage} page @param {LiveSessionInfo} outline */
export function joinSession(page, outline) {
  const joined = outline.running ? new LiveSession(page, outline) : new LiveReplay(page, outline);
  page.hooks = joined;
  void joined.start();
  return joined;
}
