/**
 * The page before there is anything to show.
 * @import { NotOpened } from "./types.js"
 */
import { h } from "./dom.js";

/** As the suggested dashboard will stand: [width, height]. */
const CARDS = [[2, 1], [6, 2], [4, 2], [2, 1], [6, 4], [3, 2], [3, 2], [3, 2], [3, 2]];
const COLUMNS = 10;

/** Loading, in the shape of what comes. @param {string} [sentence] what takes its time */
export function skeleton(sentence) {
  const cards = CARDS.map(([width, height]) => {
    return h("div", { class: "dx-card dx-skeleton", style: `--width:${width};--height:${height}` });
  });
  const columns = Array.from({ length: COLUMNS }, () => h("li", {}, h("span", { class: "dx-column dx-skeleton" })));
  return [
    h("section", { class: "dx-strip", "aria-hidden": String(!sentence) }, sentence),
    h("div", { class: "dx-body", "aria-hidden": "true" },
      h("aside", { class: "dx-rail" }, h("ul", { class: "dx-columns" }, ...columns)),
      h("div", { class: "dx-main" }, h("div", { class: "dx-grid" }, h("div", { class: "dx-cards" }, ...cards)))),
    h("p", { class: "visually-hidden", role: "status" }, sentence ?? "Loading the dataset"),
  ];
}

/** @param {NotOpened} opened */
export function notOpened({ error, datasets }) {
  if (!datasets) return [h("div", { class: "dx-state", role: "alert" }, h("h1", {}, "No answer"), h("p", {}, error))];
  if (datasets.length) {
    const link = (/** @type {string} */ slug) => `/explore/${encodeURIComponent(slug)}`;
    const links = datasets.map(({ slug, name }) => h("li", {}, h("a", { href: link(slug) }, name)));
    return [h("div", { class: "dx-state" }, h("h1", {}, error), h("p", {}, "Open one of these:"), h("ul", {}, ...links))];
  }
  const command = (/** @type {string} */ text) => h("pre", {}, h("code", {}, text));
  return [
    h("div", { class: "dx-state" },
      h("h1", {}, "No dataset yet"),
      h("p", {}, "Import a Parquet or CSV file on the machine that runs DataXchange, then reload this page:"),
      command("python -m datasets import FILE --name \"My table\""),
      h("p", {}, "Or write the sample, three million flights:"),
      command("python -m datasets sample")),
  ];
}

/** The dataset was there, and has been taken away meanwhile. */
export function gone() {
  return [
    h("div", { class: "dx-state", role: "alert" },
      h("h1", {}, "This dataset is no longer here for you"),
      h("p", {}, "It was removed, or is no longer shared with you. Ask its owner or an admin to share it, then reload this page."),
      h("p", {}, h("a", { href: "/" }, "Open what you may see"))),
  ];
}
