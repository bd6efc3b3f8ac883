/** What tables of dash-ag-grid need from us: our colours, our formats, asking for their rows again, and saying when they don't come. */
(function () {
  const QUIET = {
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

  /** A formatter of a kind of value, which leaves what is missing empty. @param {string} kind */
  const formatter = (kind) => (/** @type {any} */ value) =>
    value === null || value === undefined ? "" : /** @type {any} */ (window.dx?.formats)[kind](value);

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions ?? {}, {
    dxTheme: (/** @type {any} */ theme) => theme.withParams(QUIET),
    dxMoment: formatter("moment"),
    dxBytes: formatter("bytes"),
    dxNumber: formatter("number"),
    dxSeconds: formatter("seconds"),
    dxList: (/** @type {string[] | undefined} */ value) => (value ?? []).join(", "),
  });

  /** @param {unknown} grid @param {(api: any) => void} act */
  function on(grid, act) {
    window.dash_ag_grid?.getApiAsync(grid).then(act);
    return /** @type {any} */ (window.dash_clientside).no_update;
  }

  /** Ask for the rows again: from the first if a filter has changed, else those on screen. */
  function reload(/** @type {unknown[]} */ ...values) {
    const { triggered_id: cause } = /** @type {any} */ (window.dash_clientside).callback_context;
    return on(values.at(-1), (api) => {
      if (cause?.type === "changed") return api.refreshInfiniteCache();
      api.deselectAll();
      api.purgeInfiniteCache();
    });
  }

  /** What to do when the rows don't come. @param {number} status of the answer; 0 is none */
  function advice(status) {
    if (!status) return "The server cannot be reached. Check your connection, then try again.";
    if (status === 403) return "You are not allowed to see this. If you should be, ask another admin.";
    return "The server could not answer. Try again; if it stays like this, its log says why.";
  }

  /** Which table's rows a request of Dash asks for. @param {RequestInit} [init] */
  const asks = (init) => /([\w-]+)\.getRowsResponse/.exec(typeof init?.body === "string" ? init.body : "")?.[1];

  /** Say in a table that its rows don't come, or no longer. @param {string} table @param {number} status */
  function tell(table, status) {
    const { set_props: set } = /** @type {any} */ (window.dash_clientside);
    const fine = status === 200 || status === 204;
    set(`${table}-problem`, { hidden: fine });
    if (fine) return;
    set(`${table}-advice`, { children: advice(status) });
    window.dash_component_api?.getLayout(table)?.props.getRowsRequest?.failCallback(); // or it asks for no others
  }

  /* Dash tells nobody on the page when a callback fails: the table would wait for ever. */
  const ask = window.fetch;
  window.fetch = async (input, init) => {
    const table = asks(init);
    if (!table) return ask(input, init);
    try {
      const answer = await ask(input, init);
      tell(table, answer.status);
      return answer;
    } catch (error) {
      tell(table, 0);
      throw error;
    }
  };

  /** Ask for the rows on screen again. @param {unknown} _beat @param {unknown} grid */
  const refresh = (_beat, grid) => on(grid, (api) => api.refreshInfiniteCache());

  /** Choose no row, which closes the panel. @param {unknown} _clicks @param {unknown} grid */
  const leave = (_clicks, grid) => on(grid, (api) => api.deselectAll());

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { tables: { reload, refresh, leave } });
})();
