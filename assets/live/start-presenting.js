/**
 * Begins to present what is on the page: the page of the live session opens in its place.
 * @import { Exploration } from "../explore/types.js"
 * @import { Notices } from "../explore/notices.js"
 */
import { ask } from "../explore/api.js";

/** Set by who has just begun: they are shown the link. */
export const BEGUN = "dx:live:begun";

/** @param {Exploration} exploration @param {Notices} notices */
export async function present(exploration, notices) {
  try {
    const { key } = await ask("POST", "/api/live", { dataset: exploration.dataset, exploration });
    sessionStorage.setItem(BEGUN, key);
    location.assign(`/live/${key}${location.hash}`);
  } catch (error) {
    notices.show("live", /** @type {Error} */ (error).message);
  }
}
