/**
 * Pages shown when there is no exploration: loading, errors, no dataset.
 * @import { OpenError } from "./types.js"
 */
import { h } from "./dom.js";

/** Sizes of the cards of a suggested dashboard: [width, height]. */
const CARDS = [[2, 1], [6, 2], [4, 2], [2, 1], [6, 4], [3, 2], [3, 2], [3, 2], [3, 2]];
const COLUMNS = 10;

/** The loading page, laid out like a dashboard. @param {string} [sentence] why it takes time */
export function createSkeleton(sentence) {
  const cards = CARDS.map(([width, height]) => {
    return h("div", { class: "dx-card dx-skeleton", style: `--width:${width};--height:${height}` });
  });
  const columns = Array.from({ length: COLUMNS }, () => h("li", {}, h("span", { class: "dx-column dx-skeleton" })));
  return [
    h("section", { class: "dx-filter-bar", "aria-hidden": String(!sentence) }, sentence),
    h("div", { class: "dx-body", "aria-hidden": "true" },
      h("aside", { class: "dx-rail" }, h("ul", { class: "dx-columns" }, ...columns)),
      h("div", { class: "dx-main" }, h("div", { class: "dx-grid" }, h("div", { class: "dx-cards" }, ...cards)))),
    h("p", { class: "visually-hidden", role: "status" }, sentence ?? "Loading the dataset"),
  ];
}

/** @param {OpenError} opened */
export function createOpenError({ error, datasets, administers = false, admins = [] }) {
  if (!datasets) return [h("div", { class: "dx-state", role: "alert" }, h("h1", {}, "Can't reach the server"), h("p", {}, error))];
  if (datasets.length) {
    const getPath = (/** @type {string} */ slug) => `/explore/${encodeURIComponent(slug)}`;
    const links = datasets.map(({ slug, name }) => h("li", {}, h("a", { href: getPath(slug) }, name)));
    return [h("div", { class: "dx-state" }, h("h1", {}, error), h("p", {}, "Datasets you can open:"), h("ul", {}, ...links))];
  }
  return administers ? createImportHelp() : createSharingHelp(admins);
}

/** @param {string[]} admins */
function createSharingHelp(admins) {
  const names = new Intl.ListFormat("en", { type: "disjunction" }).format(admins);
  const whom = admins.length ? `${names} (admin${admins.length > 1 ? "s" : ""} of this service)` : "an admin of this service";
  return [
    h("div", { class: "dx-state" },
      h("h1", {}, "No datasets for you yet"),
      h("p", {}, "You see a dataset here as soon as somebody shares it with you."),
      h("p", {}, `Ask ${whom}, or the owner of a dataset, to share one with you. Then reload this page.`)),
  ];
}

function createImportHelp() {
  const createCommand = (/** @type {string} */ text) => h("pre", {}, h("code", {}, text));
  return [
    h("div", { class: "dx-state" },
      h("h1", {}, "No datasets yet"),
      h("p", {}, "Import a Parquet or CSV file on the server, then reload this page:"),
      createCommand("dataxchange datasets import FILE --name \"My table\""),
      h("p", {}, "Or load the sample dataset (3 million flights):"),
      createCommand("dataxchange datasets sample")),
  ];
}

/** The message when the dataset has been deleted or access was revoked while the page was open. */
export function createGoneMessage() {
  return [
    h("div", { class: "dx-state", role: "alert" },
      h("h1", {}, "You no longer have access to this dataset"),
      h("p", {}, "It was deleted or is no longer shared with you. Ask its owner or an admin for access, then reload this page."),
      h("p", {}, h("a", { href: "/" }, "Go to your datasets"))),
  ];
}
