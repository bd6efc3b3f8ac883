/** What classic scripts and Dash put on the window. */
interface Window {
  React: any;
  dx?: Record<string, unknown>;
  dash_clientside?: Record<string, unknown>;
  dash_ag_grid?: any;
  dash_component_api?: any;
  dashAgGridFunctions?: Record<string, unknown>;
}
