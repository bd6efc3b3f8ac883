/** The shapes the page shares with the server (docs/explore.md) and with the charts. */
import * as Chart from "../charts/types.js";
import * as Live from "../live/types.js";

export interface ScaleSpec {
  type: "linear" | "log" | "time" | "category" | "boolean";
  domain: [number, number] | null;
  top: number | null;
}

export type Aggregate = "count" | "sum" | "mean" | "min" | "max";

export interface Measure {
  aggregate: Aggregate;
  column: string | null;
}

export interface View {
  id: string;
  columns: string[];
  scales: ScaleSpec[];
  bins: (number | null)[];
  measure: Measure;
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

/** The rows themselves, one line a row. */
export interface Table {
  /** A column; null: as stored. */
  sort: string | null;
  descending: boolean;
  /** The first row on screen, counted from 0 in the order shown. */
  at: number;
}

export interface Exploration {
  v: 1;
  dataset: string;
  version: string;
  views: View[];
  filters: Record<string, Filter>;
  active: string | null;
  /** null: closed; older ones do not say. */
  table?: Table | null;
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

export interface Description {
  slug: string;
  name: string;
  version: string;
  /** Of a growing dataset, those as of what is shown. */
  rows: number;
  grows: boolean;
  /** Equal for all who see the same of it. */
  rights: string;
  columns: Column[];
}

export type Level = "view" | "edit" | "manage";

export interface SavedView {
  key: string;
  name: string;
  level: Level;
}

/** What the person may do beyond looking. */
export interface May {
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

/** What the server answers to (address, dataset). */
export interface Opened {
  description: Description;
  datasets: DatasetName[];
  exploration: Exploration;
  suggested: Exploration;
  problems: string[];
  view: SavedView | null;
  /** The live session whose page this is. */
  live: Live.Outline | null;
  may: May;
  error?: undefined;
  preparing?: undefined;
}

/** What the person sees is being counted for the first time: ask again. */
export interface Preparing {
  preparing: string;
  error?: undefined;
}

export interface NotOpened {
  error: string;
  /** null: not known */
  datasets: DatasetName[] | null;
  preparing?: undefined;
}

/** An axis as it arrives with a cube: what a chart needs, and the domain its scale was resolved to. */
export interface Axis extends Chart.Axis {
  domain: Chart.Domain | null;
}

/** A brush, in codes of the active view's axis (a box: in its bins); ranges are half-open. */
export type Selection = Chart.Selection;
export type Range = Chart.Span;
export type Kind = Chart.Kind;

/** What the cube route is asked (docs/wire.md). */
export interface CubeRequest {
  active: string | null;
  detail: "coarse" | "exact";
  views: Pick<View, "id" | "columns" | "scales" | "bins" | "measure">[];
  filters: Record<string, Filter>;
}

/** Which rows the route of rows is asked for, and in which order. */
export interface TableRequest {
  views: CubeRequest["views"];
  filters: Record<string, Filter>;
  sort: string | null;
  descending: boolean;
}
