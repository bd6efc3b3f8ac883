/** The kinds of charts, and how each is laid out, drawn and interacted with. */

/** @import { ChartKind, ChartTraits } from "./types.js" */

import { createBarsPlot } from "./bars.js";
import { createDensityPlot } from "./density.js";
import { createFigurePlot } from "./figure.js";
import { createHistogramPlot } from "./histogram.js";

/** @type {Record<ChartKind, ChartTraits>} */
export const CHART_KINDS = {
  figure: {
    createPlot: createFigurePlot, brush: null, isZoomable: false, isList: false, hasBarGaps: false, fadesUnfiltered: false,
    cardSize: { width: 3, height: 1 },
  },
  histogram: {
    createPlot: createHistogramPlot, brush: "range", isZoomable: true, isList: false, hasBarGaps: true, fadesUnfiltered: true,
    cardSize: { width: 4, height: 2 },
  },
  series: {
    createPlot: createHistogramPlot, brush: "range", isZoomable: true, isList: false, hasBarGaps: false, fadesUnfiltered: true,
    cardSize: { width: 6, height: 2 },
  },
  bars: {
    createPlot: createBarsPlot, brush: "category", isZoomable: false, isList: true, hasBarGaps: false, fadesUnfiltered: true,
    cardSize: { width: 3, height: 3 },
  },
  density: {
    createPlot: createDensityPlot, brush: "range", isZoomable: true, isList: false, hasBarGaps: false, fadesUnfiltered: false,
    cardSize: { width: 6, height: 4 },
  },
};
