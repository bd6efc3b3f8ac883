/**
 * Starts a live session with the current exploration and opens its page.
 * @import { Exploration } from "../explore/types.js"
 * @import { Notices } from "../explore/notices.js"
 */
import { callApi } from "../explore/api.js";

/** Set by a presenter who has just started, to show the invite dialog. */
export const BEGUN_KEY = "dx:live:begun";

/** @param {Exploration} exploration @param {Notices} notices */
export async function startPresenting(exploration, notices) {
  try {
    const { key } = await callApi("POST", "/api/live", { dataset: exploration.dataset, exploration });
    sessionStorage.setItem(BEGUN_KEY, key);
    location.assign(`/live/${key}${location.hash}`);
  } catch (error) {
    notices.show("live", /** @type {Error} */ (error).message);
  }
}
