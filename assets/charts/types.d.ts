/** The words every chart module shares. Codes are those of an axis's fine scale, cells those of a view's own bins. */

export type Kind = "histogram" | "series" | "bars" | "density" | "figure";
export type State = "exact" | "approximate" | "stale";
export type Phase = "move" | "commit";
export type Domain = [number, number];

/** One axis as it arrives with a cube. Ordered codes: 0 below, 1..levels, levels+1 above, levels+2 null. */
export interface Axis {
  column: string;
  label: string;
  type: string;
  integer: boolean;
  codes: number;
  /** levels+1 ascending values (time: epoch milliseconds); null for categories. */
  edges: Float64Array | null;
  labels: string[] | null;
  /** fine code -> cell. */
  lookup: Uint16Array;
  /** cells, the special ones included. */
  bins: number;
  choices: number[];
}

export interface Measure {
  aggregate: string;
  column: string | null;
}

export interface Model {
  id: string;
  kind: Kind;
  title: string;
  axes: Axis[];
  measure: Measure;
  outlines: boolean;
  /** rows of the whole dataset. */
  rows: number;
}

/** Half-open. */
export interface Span {
  from: number;
  to: number;
}
/** An empty range with `nulls` is "only rows without a value". */
export interface Interval extends Span {
  type: "interval";
  nulls?: boolean;
}
export interface Members {
  type: "members";
  codes: number[];
}
export interface Box {
  type: "box";
  x: Span;
  y: Span;
}
export type Selection = Interval | Members | Box;

export interface Callbacks {
  onActivate(id: string): void;
  onBrush(id: string, selection: Selection | null, phase: Phase): void;
  onZoom(id: string, domains: (Domain | null)[]): void;
  /** Asked when the chart itself wants a frame (hover, zoom preview); without it the chart asks the browser. */
  onRedraw?(id: string): void;
}

/** The cells of one axis, told apart. A cell number of -1 means the axis has no such cell. */
export interface Bins {
  axis: Axis;
  count: number;
  first: number;
  /** count+1 fine codes at which the cells begin and the last one ends. */
  starts: Uint16Array;
  edges: Float64Array | null;
  labels: string[] | null;
  below: number;
  above: number;
  other: number;
  none: number;
}

export interface Slot {
  start: number;
  end: number;
}

/** Codes on a line of pixels. `fractions` has n+1 ascending places in 0..1 of the codes 1..n; size may be negative. */
export interface Track {
  start: number;
  size: number;
  fractions: Float64Array;
  below: Slot | null;
  above: Slot | null;
  none: Slot | null;
}

export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Theme {
  selected: string;
  context: string;
  ghost: string;
  axis: string;
  text: string;
  textWeak: string;
  grid: string;
  surface: string;
  density: string[];
  /** 256 RGBA words, ready for a Uint32Array over ImageData. */
  ramp: Uint32Array;
  font: string;
  fontSmall: string;
}

/** All that a drawing depends on. */
export interface Scene {
  model: Model;
  bins: Bins[];
  ghost: Float64Array | null;
  values: Float64Array | null;
  state: State;
  selection: Selection | null;
  theme: Theme;
  width: number;
  height: number;
  ratio: number;
  /** cell under the pointer or the focus, -1 for none. */
  hover: number;
  busy: boolean;
  /** a zoom is shown that has not been asked for yet. */
  zooming: boolean;
  /** domains shown while a zoom is on its way, null where the axis's own. */
  domains: (Domain | null)[];
  /** scroll position of a long list, pixels. */
  scroll: number;
  /** value range that the last settled picture asked for, null: the ghost's. */
  fitted: Domain | null;
}

/** What a kind makes of a scene: geometry computed once, then painted many times. */
export interface Plot {
  frame: Frame;
  /** brush tracks, one an axis; empty where nothing is brushed by range. */
  tracks: Track[];
  /** rows of a list of categories, in pixels of the unscrolled list. */
  rows: { cell: number; top: number; height: number }[];
  background(context: CanvasRenderingContext2D): void;
  foreground(context: CanvasRenderingContext2D): void;
  overlay?(context: CanvasRenderingContext2D): void;
  cellAt(x: number, y: number): number;
}

export interface Table {
  columns: string[];
  rows: string[][];
}
