/**
 * URLs and requests for cubes, rows and the state of a dataset.
 * @import { CubeRequest, DatasetDescription, Exploration, TableRequest } from "./types.js"
 */
import { FRAME_MAGIC } from "./cubes/frame-decoder.js";

/** The pseudo-view that counts the rows which pass every filter. */
export const ROWS_VIEW_ID = "_rows";

/** Exports of more rows than this are not sorted (docs/rows.md). */
export const MAX_SORTED_ROWS = 1_048_576;

/** @type {CubeRequest["views"][number]} */
const ROWS_VIEW = { id: ROWS_VIEW_ID, columns: [], scales: [], bins: [], measure: { aggregate: "count", column: null } };

/** @param {Exploration} exploration @returns {CubeRequest["views"]} */
function createViewRequests(exploration) {
  const views = exploration.views.map(({ id, columns, scales, bins, measure, order }) => ({ id, columns, scales, bins, measure, ...(order && { order }) }));
  return [...views, ROWS_VIEW];
}

/** The query parameter with the row count of a growing dataset. @param {DatasetDescription} description @returns {{ rows?: string }} */
const createStateQuery = ({ rows, grows }) => (grows ? { rows: String(rows) } : {});

/** @param {DatasetDescription} description @param {string} route */
const versionPath = ({ slug, version }, route) => `/api/datasets/${encodeURIComponent(slug)}/versions/${version}/${route}`;

/** @param {DatasetDescription} description @param {string} route @param {Record<string, string>} query */
const versionUrl = (description, route, query = {}) =>
  `${versionPath(description, route)}?${new URLSearchParams({ r: description.rights, ...query })}`;

/** The URL of the dataset's current row count. @param {DatasetDescription} description */
export const stateUrl = (description) => versionUrl(description, "state");

/** The URL of the current extent of a column. @param {DatasetDescription} description @param {string} column */
export const extentUrl = (description, column) => versionUrl(description, "extent", { column });

/** The request for the unfiltered values of all views. @param {Exploration} exploration @returns {CubeRequest} */
export const createGhostRequest = (exploration) => ({ active: null, detail: "coarse", views: createViewRequests(exploration), filters: {} });

/** The request for the filtered values of all views. @param {Exploration} exploration @returns {CubeRequest} */
export const createPlainRequest = (exploration) => ({ ...createGhostRequest(exploration), filters: sortFilters(exploration.filters) });

/**
 * The request for the cubes over an active view. Its own filter is left out: the brush replaces it, so the cubes stay valid.
 * @param {Exploration} exploration @param {string} active @param {"coarse" | "exact"} detail @returns {CubeRequest}
 */
export function createCubeRequest(exploration, active, detail) {
  const { [active]: _, ...filters } = exploration.filters;
  return { active, detail, views: createViewRequests(exploration), filters: sortFilters(filters) };
}

/**
 * The request for the rows that pass all filters, sorted; views without a filter are left out.
 * @param {Exploration} exploration @returns {TableRequest}
 */
export function createTableRequest(exploration) {
  const { filters, table } = exploration;
  const views = createViewRequests(exploration).filter(({ id }) => Object.hasOwn(filters, id));
  return { views, filters: sortFilters(filters), sort: table?.sort ?? null, descending: table?.descending ?? false };
}

/** @param {DatasetDescription} description @param {TableRequest & { offset: number, limit: number }} request */
export const tableUrl = (description, request) =>
  versionUrl(description, "rows", { ...createStateQuery(description), x: JSON.stringify(request) });

/**
 * The URL of a CSV file with all rows that pass, sorted as shown; unsorted if there are too many.
 * @param {DatasetDescription} description @param {TableRequest} request @param {number} total how many pass
 */
export function csvUrl(description, request, total) {
  const sentRequest = total > MAX_SORTED_ROWS ? { ...request, sort: null, descending: false } : request;
  return versionUrl(description, "rows.csv", { ...createStateQuery(description), x: JSON.stringify(sentRequest) });
}

/**
 * Filters in a fixed order, so that equal states have the same URL.
 * @param {CubeRequest["filters"]} filters
 */
function sortFilters(filters) {
  return Object.fromEntries(Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The URL also has the frame format, the rights and the row count of a growing dataset: browsers cache responses for
 * good, and must not use one of an older format, of other rights or of another state.
 * @param {DatasetDescription} description @param {CubeRequest} request
 * @param {number | null} [since] the row count that the requested delta starts from
 * @returns {string}
 */
export function cubesUrl(description, request, since = null) {
  const { active, detail, views, filters } = request;
  const query = new URLSearchParams({ frame: FRAME_MAGIC, r: description.rights, x: JSON.stringify({ active, detail, views, filters }), ...createStateQuery(description) });
  if (since !== null) query.set("from", String(since));
  return `${versionPath(description, "cubes")}?${query}`;
}
