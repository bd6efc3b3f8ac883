/** The aggregates that a chart can measure, and what each needs, shows and means. */

/** @import { Aggregate, AggregateTraits, Measure } from "./types.js" */

/** @type {Record<Aggregate, AggregateTraits>} in the order of the menu */
export const AGGREGATES = {
  count: { label: "Number of rows", titleStart: "Rows", needsColumn: false, isAdditive: true, emptyValue: 0, cubeArray: null, isMean: false },
  sum: { label: "Sum", titleStart: "Sum of", needsColumn: true, isAdditive: true, emptyValue: 0, cubeArray: "sum", isMean: false },
  mean: { label: "Mean", titleStart: "Mean", needsColumn: true, isAdditive: false, emptyValue: NaN, cubeArray: "sum", isMean: true },
  min: { label: "Minimum", titleStart: "Minimum", needsColumn: true, isAdditive: false, emptyValue: NaN, cubeArray: "low", isMean: false },
  max: { label: "Maximum", titleStart: "Maximum", needsColumn: true, isAdditive: false, emptyValue: NaN, cubeArray: "high", isMean: false },
};

/** @param {unknown} name @returns {name is Aggregate} */
export const isAggregate = (name) => typeof name === "string" && Object.hasOwn(AGGREGATES, name);

/** Whether the measure adds up over rows, so that the filtered value is a part of the unfiltered one. @param {Measure} measure */
export const isAdditive = ({ aggregate }) => AGGREGATES[aggregate].isAdditive;

/** Whether the measure counts rows. @param {Measure} measure */
export const isRowCount = ({ aggregate }) => !AGGREGATES[aggregate].needsColumn;
