/**
 * What the page asks the cube route.
 * @import { CubeRequest, Description, Exploration, TableRequest } from "./types.js"
 */
import { MAGIC } from "./cubes/frame-decoder.js";

/** The pseudo-view that counts the rows which pass every filter. */
export const ROWS = "_rows";

/** Of more rows no file is sorted (docs/rows.md). */
export const MOST_SORTED = 1_048_576;

/** @type {CubeRequest["views"][number]} */
const ROWS_VIEW = { id: ROWS, columns: [], scales: [], bins: [], measure: { aggregate: "count", column: null } };

/** @param {Exploration} exploration @returns {CubeRequest["views"]} */
function asked(exploration) {
  const views = exploration.views.map(({ id, columns, scales, bins, measure }) => ({ id, columns, scales, bins, measure }));
  return [...views, ROWS_VIEW];
}

/** As of which state of a growing dataset. @param {Description} description @returns {{ rows?: string }} */
const stateOf = ({ rows, grows }) => (grows ? { rows: String(rows) } : {});

/** @param {Description} description @param {string} what */
const versionPath = ({ slug, version }, what) => `/api/datasets/${encodeURIComponent(slug)}/versions/${version}/${what}`;

/** @param {Description} description @param {string} what @param {Record<string, string>} query */
const versionUrl = (description, what, query = {}) =>
  `${versionPath(description, what)}?${new URLSearchParams({ r: description.rights, ...query })}`;

/** Where to ask how many rows there are now. @param {Description} description */
export const stateUrl = (description) => versionUrl(description, "state");

/** Where to ask how far a column reaches now. @param {Description} description @param {string} column */
export const extentUrl = (description, column) => versionUrl(description, "extent", { column });

/** Everything, unfiltered. @param {Exploration} exploration @returns {CubeRequest} */
export const ghostRequest = (exploration) => ({ active: null, detail: "coarse", views: asked(exploration), filters: {} });

/** The views as filtered. @param {Exploration} exploration @returns {CubeRequest} */
export const plainRequest = (exploration) => ({ ...ghostRequest(exploration), filters: sorted(exploration.filters) });

/**
 * The cubes over one active view. Its own filter is left out: the brush stands for it, and the cubes outlive it.
 * @param {Exploration} exploration @param {string} active @param {"coarse" | "exact"} detail @returns {CubeRequest}
 */
export function cubeRequest(exploration, active, detail) {
  const { [active]: _, ...filters } = exploration.filters;
  return { active, detail, views: asked(exploration), filters: sorted(filters) };
}

/**
 * The rows that pass all filters, in the order shown; views that filter nothing do not matter to them.
 * @param {Exploration} exploration @returns {TableRequest}
 */
export function tableRequest(exploration) {
  const { filters, table } = exploration;
  const views = asked(exploration).filter(({ id }) => Object.hasOwn(filters, id));
  return { views, filters: sorted(filters), sort: table?.sort ?? null, descending: table?.descending ?? false };
}

/** @param {Description} description @param {TableRequest & { offset: number, limit: number }} request */
export const tableUrl = (description, request) =>
  versionUrl(description, "rows", { ...stateOf(description), x: JSON.stringify(request) });

/**
 * All rows that pass as a file, as they are shown; of too many to be sorted, as they are stored.
 * @param {Description} description @param {TableRequest} request @param {number} total how many pass
 */
export function csvUrl(description, request, total) {
  const asked = total > MOST_SORTED ? { ...request, sort: null, descending: false } : request;
  return versionUrl(description, "rows.csv", { ...stateOf(description), x: JSON.stringify(asked) });
}

/**
 * Filters in one order, whichever came first, so that equal states share one address.
 * @param {CubeRequest["filters"]} filters
 */
function sorted(filters) {
  return Object.fromEntries(Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The address names the layout of the answer, the rights and how many rows a growing dataset had too: browsers keep
 * answers for good, and must not take one of an older layout, of other rights or of another moment.
 * @param {Description} description @param {CubeRequest} request
 * @param {number | null} [since] how many rows there were before those that are asked for
 * @returns {string}
 */
export function cubesUrl(description, request, since = null) {
  const { active, detail, views, filters } = request;
  const query = new URLSearchParams({ frame: MAGIC, r: description.rights, x: JSON.stringify({ active, detail, views, filters }), ...stateOf(description) });
  if (since !== null) query.set("from", String(since));
  return `${versionPath(description, "cubes")}?${query}`;
}
