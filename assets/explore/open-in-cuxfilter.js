/**
 * Opens the exploration in cuxfilter; closing that comes back here.
 * @import { Exploration } from "./types.js"
 * @import { Notices } from "./notices.js"
 */
import { callApi } from "./api.js";

/** @param {Exploration} exploration @param {Notices} notices */
export async function openInCuxfilter(exploration, notices) {
  notices.show("cuxfilter", "Opening in cuxfilter…");
  try {
    const { path } = await callApi("POST", "/api/cuxfilter", { exploration });
    notices.dismiss("cuxfilter"); // the browser may restore this page as it is
    location.assign(path);
  } catch (error) {
    notices.show("cuxfilter", /** @type {Error} */ (error).message);
  }
}
