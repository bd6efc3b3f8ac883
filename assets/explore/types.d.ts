/** The shapes the page shares with the server (docs/explore.md) and with the charts. */
import * as Chart from "../charts/types.js";
import * as Live from "../live/types.js";

export interface ScaleSpec {
  type: "linear" | "log" | "time" | "category" | "boolean";
  domain: [number, number] | null;
  top: number | null;
}

export interface View {
  id: string;
  columns: string[];
  scales: ScaleSpec[];
  bins: (number | null)[];
  measure: Chart.Measure;
  /** How the bars of categories are sorted; null or missing: as the column's. */
  order?: Chart.BarOrder | null;
  /** What bars are scaled to; null or missing: as the exploration says. */
  value_axis?: Chart.ValueAxis | null;
  title: string | null;
  width: number;
  height: number;
}

export interface Bounds {
  lo: number | null;
  hi: number | null;
}

export type Filter =
  | { type: "interval"; lo: number | null; hi: number | null; nulls: boolean }
  | { type: "nulls" }
  | { type: "members"; values: string[]; other: boolean; nulls: boolean }
  | { type: "box"; x: Bounds; y: Bounds };

/** The table of rows. */
export interface TableState {
  /** A column; null: unsorted. */
  sort: string | null;
  descending: boolean;
  /** Index of the first row on screen, in sort order. */
  at: number;
  /** Columns that are not shown; missing in older explorations. */
  hidden?: string[];
}

export interface Exploration {
  v: 1;
  dataset: string;
  version: string;
  views: View[];
  filters: Record<string, Filter>;
  active: string | null;
  /** Missing in older explorations: "all". */
  value_axis?: Chart.ValueAxis;
  /** null: closed; missing in older explorations. */
  table?: TableState | null;
}

export interface Column {
  name: string;
  label: string;
  kind: "number" | "time" | "category" | "boolean";
  integer: boolean;
  distinct: number;
  nulls: number;
  minimum: number | null;
  maximum: number | null;
  sketch: number[];
  /** The scales it can be shown on, the default first. */
  scales: ScaleSpec["type"][];
}

export interface DatasetDescription {
  slug: string;
  name: string;
  version: string;
  /** For a growing dataset, the row count that is shown. */
  rows: number;
  grows: boolean;
  /** Equal for all users who see the same of the dataset. */
  rights: string;
  columns: Column[];
}

export type AccessLevel = "view" | "edit" | "manage";

export interface SavedView {
  key: string;
  name: string;
  level: AccessLevel;
}

/** What the user may do besides viewing. */
export interface Permissions {
  list: boolean;
  save: boolean;
  share: boolean;
  /** Open the exploration in cuxfilter. */
  cuxfilter: boolean;
  present: boolean;
  administer: boolean;
}

export interface DatasetName {
  slug: string;
  name: string;
}

/** The server's response to (address, dataset). */
export interface OpenedExploration {
  description: DatasetDescription;
  datasets: DatasetName[];
  exploration: Exploration;
  suggested: Exploration;
  problems: string[];
  view: SavedView | null;
  /** The live session whose page this is. */
  live: Live.LiveSessionInfo | null;
  may: Permissions;
  error?: undefined;
  preparing?: undefined;
}

/** The user's visible part is being prepared for the first time: ask again later. */
export interface PreparingDataset {
  preparing: string;
  error?: undefined;
}

export interface OpenError {
  error: string;
  /** null: unknown */
  datasets: DatasetName[] | null;
  /** Whether the person can import datasets themselves. */
  administers?: boolean;
  /** The names of admins to ask, as far as the person may know them. */
  admins?: string[];
  preparing?: undefined;
}

/** An axis as it arrives with a cube: what a chart needs, and the domain its scale was resolved to. */
export interface CubeAxis extends Chart.ChartAxis {
  domain: Chart.Domain | null;
}

/** A brush, in codes of the active view's axis (a box: in its bins); ranges are half-open. */
export type Selection = Chart.Selection;

/** A request to the cube route (docs/wire.md). */
export interface CubeRequest {
  active: string | null;
  detail: "coarse" | "exact";
  views: Pick<View, "id" | "columns" | "scales" | "bins" | "measure" | "order">[];
  filters: Record<string, Filter>;
}

/** A request to the rows route: which rows, in which order. */
export interface TableRequest {
  views: CubeRequest["views"];
  filters: Record<string, Filter>;
  sort: string | null;
  descending: boolean;
}
