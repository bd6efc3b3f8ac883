/**
 * Opens what is on the page in cuxfilter; closing that comes back here.
 * @import { Exploration } from "./types.js"
 * @import { Notices } from "./notices.js"
 */
import { ask } from "./api.js";

/** @param {Exploration} exploration @param {Notices} notices */
export async function openInCuxfilter(exploration, notices) {
  notices.show("cuxfilter", "Handing the rows over to cuxfilter…");
  try {
    const { path } = await ask("POST", "/api/cuxfilter", { exploration });
    notices.dismiss("cuxfilter"); // this page may come back as it is left
    location.assign(path);
  } catch (error) {
    notices.show("cuxfilter", /** @type {Error} */ (error).message);
  }
}
