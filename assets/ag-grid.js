/** What dash-ag-grid needs from this page: theme, value formats, reloading rows, and messages when rows fail to load. */
(function () {
  const THEME_PARAMS = {
    accentColor: "var(--dx-selected)",
    backgroundColor: "var(--dx-surface)",
    foregroundColor: "var(--dx-text)",
    borderColor: "var(--dx-line)",
    headerBackgroundColor: "var(--dx-surface)",
    headerTextColor: "var(--dx-text-weak)",
    headerFontWeight: 500,
    rowHoverColor: "var(--dx-sunken)",
    selectedRowBackgroundColor: "var(--dx-selected-wash)",
    fontFamily: "var(--dx-font)",
    fontSize: 13,
    spacing: 5,
    rowHeight: 34,
    headerHeight: 32,
    wrapperBorder: false,
    wrapperBorderRadius: 0,
    headerColumnResizeHandleColor: "transparent",
    columnBorder: false,
    browserColorScheme: "inherit",
  };

  /** A formatter for a kind of value; missing values become an empty string. @param {string} kind */
  const createFormatter = (kind) => (/** @type {any} */ value) =>
    value === null || value === undefined ? "" : /** @type {any} */ (window.dx?.formats)[kind](value);

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions ?? {}, {
    dxTheme: (/** @type {any} */ theme) => theme.withParams(THEME_PARAMS),
    dxMoment: createFormatter("moment"),
    dxBytes: createFormatter("bytes"),
    dxNumber: createFormatter("number"),
    dxSeconds: createFormatter("seconds"),
    dxList: (/** @type {string[] | undefined} */ value) => (value ?? []).join(", "),
  });

  /** @param {unknown} grid @param {(api: any) => void} act */
  function withGridApi(grid, act) {
    window.dash_ag_grid?.getApiAsync(grid).then(act);
    return /** @type {any} */ (window.dash_clientside).no_update;
  }

  /** Reloads the rows: from the first if a filter has changed, else those on screen. */
  function reloadRows(/** @type {unknown[]} */ ...values) {
    const { triggered_id: cause } = /** @type {any} */ (window.dash_clientside).callback_context;
    return withGridApi(values.at(-1), (api) => {
      if (cause?.type === "changed") return api.refreshInfiniteCache();
      api.deselectAll();
      api.purgeInfiniteCache();
    });
  }

  /** The message for rows that failed to load. @param {number} status of the response; 0: no response */
  function getAdvice(status) {
    if (!status) return "Can't reach the server. Check your connection and try again.";
    if (status === 403) return "You don't have permission to view this. Ask another admin for access.";
    return "The server returned an error. Try again; if it happens again, check the server log.";
  }

  /** The id of the grid whose rows a Dash request loads. @param {RequestInit} [init] */
  const findRequestedTable = (init) => /([\w-]+)\.getRowsResponse/.exec(typeof init?.body === "string" ? init.body : "")?.[1];

  /** Shows in a grid that its rows failed to load, or hides that message. @param {string} table @param {number} status */
  function showProblem(table, status) {
    const { set_props: set } = /** @type {any} */ (window.dash_clientside);
    const fine = status === 200 || status === 204;
    set(`${table}-problem`, { hidden: fine });
    if (fine) return;
    set(`${table}-advice`, { children: getAdvice(status) });
    window.dash_component_api?.getLayout(table)?.props.getRowsRequest?.failCallback(); // or it asks for no others
  }

  /* Dash doesn't tell the page when a callback fails: the grid would wait for ever. */
  const originalFetch = window.fetch;
  window.fetch = async (input, init) => {
    const table = findRequestedTable(init);
    if (!table) return originalFetch(input, init);
    try {
      const answer = await originalFetch(input, init);
      showProblem(table, answer.status);
      return answer;
    } catch (error) {
      showProblem(table, 0);
      throw error;
    }
  };

  /** Reloads the rows on screen. @param {unknown} _beat @param {unknown} grid */
  const refreshRows = (_beat, grid) => withGridApi(grid, (api) => api.refreshInfiniteCache());

  /** Deselects all rows, which closes the side panel. @param {unknown} _clicks @param {unknown} grid */
  const deselectRows = (_clicks, grid) => withGridApi(grid, (api) => api.deselectAll());

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { tables: { reloadRows, refreshRows, deselectRows } });
})();
