/** What tables of dash-ag-grid need from us: our colours, our formats, and asking for their rows again. */
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

  /** Choose no row, which closes the panel. @param {unknown} _clicks @param {unknown} grid */
  const leave = (_clicks, grid) => on(grid, (api) => api.deselectAll());

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { tables: { reload, leave } });
})();
