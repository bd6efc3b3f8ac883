/** Types that all chart modules share. Codes are those of an axis's fine scale, cells those of a view's own bins. */

export type ChartKind = "histogram" | "series" | "bars" | "density" | "figure";
export type ResultState = "exact" | "approximate" | "stale";
export type BrushPhase = "move" | "commit";
export type Domain = [number, number];
/** How the bars of categories are sorted: by what they show, or by name. */
export type BarOrder = "descending" | "ascending" | "name";
/** What bars are scaled to: all rows, the selected ones, or each bin's share of selected rows. */
export type ValueAxis = "all" | "selection" | "share";

/** One axis as it arrives with a cube. Ordered codes: 0 below, 1..levels, levels+1 above, levels+2 null. */
export interface ChartAxis {
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

export type Aggregate = "count" | "sum" | "mean" | "min" | "max";

export interface AggregateTraits {
  /** In a menu. */
  label: string;
  /** Precedes the column in a title. */
  titleStart: string;
  needsColumn: boolean;
  /** Whether it adds up over rows: such a measure is drawn as amounts, from zero. */
  isAdditive: boolean;
  /** The value of a cell without rows. */
  emptyValue: number;
  /** The array of a cube that it is computed from, besides the count. */
  cubeArray: "sum" | "low" | "high" | null;
  /** Whether the array is divided by the count. */
  isMean: boolean;
}

export interface Measure {
  aggregate: Aggregate;
  column: string | null;
}

export interface ChartModel {
  id: string;
  kind: ChartKind;
  title: string;
  axes: ChartAxis[];
  measure: Measure;
  /** Such as "Mean delay (min)". */
  measureLabel: string;
  outlines: boolean;
  /** null: the column's own. */
  order: BarOrder | null;
  valueAxis: ValueAxis;
}

/** Half-open. */
export interface IndexRange {
  from: number;
  to: number;
}
/** An empty range with `nulls` is "only rows without a value". */
export interface IntervalSelection extends IndexRange {
  type: "interval";
  nulls?: boolean;
}
export interface MembersSelection {
  type: "members";
  codes: number[];
}
export interface BoxSelection {
  type: "box";
  x: IndexRange;
  y: IndexRange;
}
export type Selection = IntervalSelection | MembersSelection | BoxSelection;

export interface ChartCallbacks {
  onActivate(id: string): void;
  onBrush(id: string, selection: Selection | null, phase: BrushPhase): void;
  onZoom(id: string, domains: (Domain | null)[]): void;
  /** Called when the chart itself needs a frame (hover, zoom preview); without it the chart requests one of the browser. */
  onRedraw?(id: string): void;
}

/** The cells of one axis by kind. A cell number of -1 means that the axis has no such cell. */
export interface AxisBins {
  axis: ChartAxis;
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

export interface PixelRange {
  start: number;
  end: number;
}

/** Maps codes to pixels. `fractions` has the n+1 ascending positions in 0..1 of the edges of codes 1..n; size may be negative. */
export interface CodeScale {
  start: number;
  size: number;
  fractions: Float64Array;
  below: PixelRange | null;
  above: PixelRange | null;
  none: PixelRange | null;
}

export interface PlotFrame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface ChartTheme {
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

/** How a kind of chart is laid out, drawn and interacted with. */
export interface ChartTraits {
  createPlot(scene: Scene): Plot;
  /** What a drag selects; null: nothing can be selected. */
  brush: "range" | "category" | null;
  isZoomable: boolean;
  /** Whether it is a scrolling list of rows, whose background shows the selection and the row under the pointer. */
  isList: boolean;
  hasBarGaps: boolean;
  /** Whether values are drawn paler while nothing is filtered. */
  fadesUnfiltered: boolean;
  /** The size of a new card, in columns and rows of the grid. */
  cardSize: { width: number; height: number };
}

/** Everything that the drawing of a chart depends on. */
export interface Scene {
  model: ChartModel;
  /** Those of the model's kind. */
  traits: ChartTraits;
  bins: AxisBins[];
  ghost: Float64Array | null;
  values: Float64Array | null;
  /** What is drawn: the values, or their shares in percent. */
  shown: Float64Array | null;
  /** A buffer for the shares. */
  shares: Float64Array;
  /** The model's value axis, or "all" where it has none of that kind. */
  scaling: ValueAxis;
  /** The cells of the categories in the order in which they are drawn; null: not sorted yet. */
  barOrder: number[] | null;
  /** Whether a brush moves somewhere on the page: bars keep their order. */
  isPageBrushing: boolean;
  /** How many rows of the dataset pass all filters; NaN: unknown. */
  selectedRows: number;
  allRows: number;
  /** Whether the readout stays on what was selected until the pointer leaves it. */
  isReadoutHeld: boolean;
  state: ResultState;
  selection: Selection | null;
  theme: ChartTheme;
  width: number;
  height: number;
  ratio: number;
  /** cell under the pointer or the focus, -1 for none. */
  hoveredCell: number;
  isDragging: boolean;
  /** whether a zoom is previewed whose bins have not been requested yet. */
  isZooming: boolean;
  /** domains shown while a zoom is loading; null: the axis's own. */
  zoomDomains: (Domain | null)[];
  /** scroll position of a long list, pixels. */
  scroll: number;
  /** value range that the axis was last fitted to; null: that of all rows. */
  fittedDomain: Domain | null;
}

/** How one kind of chart draws a scene: geometry computed once, then painted many times. */
export interface Plot {
  frame: PlotFrame;
  /** one per axis; empty where nothing is brushed by range. */
  codeScales: CodeScale[];
  /** rows of a list of categories, in pixels of the unscrolled list. */
  rows: { cell: number; top: number; height: number }[];
  background(context: CanvasRenderingContext2D): void;
  foreground(context: CanvasRenderingContext2D): void;
  overlay?(context: CanvasRenderingContext2D): void;
  findCellAt(x: number, y: number): number;
}

export interface DataTable {
  columns: string[];
  rows: string[][];
}
