/** The awkward ones: nothing, one bin, only nulls, both signs, gaps, thousands of names, billions of rows, other clocks. */

/** @import {ChartAxis, Measure, ChartModel, ResultState} from "../../assets/charts/types.js" */
/** @typedef {{title: string, kind: ChartModel["kind"], axes: ChartAxis[], measure: Measure, ghost: Float64Array, values: Float64Array, state: ResultState, width: number, height: number}} Case */

import { AXES, category, ordered, steps } from "./flights.js";

const count = { aggregate: "count", column: null };
const mean = { aggregate: "mean", column: "delay" };
const sum = { aggregate: "sum", column: "delay" };

/** @param {ChartAxis[]} axes @param {(cell: number) => number} value */
const cells = (axes, value) => Float64Array.from({ length: axes.reduce((size, axis) => size * axis.bins, 1) }, (_, cell) => value(cell));

/**
 * @param {string} title @param {ChartModel["kind"]} kind @param {ChartAxis[]} axes @param {Measure} measure
 * @param {(cell: number) => number} ghost @param {(cell: number) => number} [values] @param {ResultState} [state] @param {number} [width] @param {number} [height]
 * @returns {Case}
 */
const make = (title, kind, axes, measure, ghost, values = ghost, state = "exact", width = 300, height = 200) =>
  ({ title, kind, axes, measure, ghost: cells(axes, ghost), values: cells(axes, values), state, width, height });

const hour = AXES.hour;
const wave = (/** @type {number} */ cell) => (cell > 0 && cell < 25 ? 1000 * (2 + Math.sin(cell / 3)) : 0);
const DAY = 86_400_000;
const start = Date.UTC(2001, 0, 1);
const single = ordered("one", "One", "linear", true, steps(4, 1, 1), 1);
const minutes = ordered("minute", "Minute", "time", false, steps(start + DAY / 2, 60_000, 240), 60);
const years = ordered("year", "Year", "time", false, Float64Array.from({ length: 41 }, (_, i) => Date.UTC(1980 + i, 0, 1)), 40);
const weeks = ordered("week", "Week", "time", false, steps(start - 12 * DAY, DAY / 2, 84), 42);
const tiny = ordered("tiny", "Ratio", "linear", false, steps(0, 0.0002, 500), 50);
const many = category("tail", "Tail number", Array.from({ length: 300 }, (_, i) => `N${(i * 7919) % 10_000} of a rather long name`));
const truth = { ...category("late", "Late", ["false", "true"]), type: "boolean", labels: null, codes: 3, bins: 3 };

export const CASES = [
  make("No rows", "histogram", [hour], count, () => 0),
  make("Nothing passes", "histogram", [hour], count, wave, () => 0),
  make("Only nulls", "histogram", [hour], count, (cell) => (cell === 26 ? 5000 : 0)),
  make("Null bar taller than the rest", "histogram", [hour], count, (cell) => (cell === 26 ? 50_000 : wave(cell)), (cell) => (cell === 26 ? 20_000 : wave(cell) / 3)),
  make("One bin", "histogram", [single], count, (cell) => (cell === 1 ? 7 : 0)),
  make("Being computed", "histogram", [hour], count, wave, (cell) => wave(cell) / 2, "stale"),
  make("Approximate", "histogram", [hour], count, wave, (cell) => wave(cell) / 2, "approximate"),
  make("Both signs, beyond everything", "histogram", [hour], sum, (cell) => (wave(cell) ? 900 * Math.sin(cell) : 0), (cell) => (wave(cell) ? 1500 * Math.sin(cell * 1.1) : 0)),
  make("Gaps in a mean", "series", [hour], mean, (cell) => 40 + 5 * Math.sin(cell), (cell) => (cell % 5 ? 38 + 9 * Math.sin(cell * 1.3) : NaN)),
  make("Billions", "histogram", [hour], count, (cell) => wave(cell) * 1e6, (cell) => wave(cell) * 3e5),
  make("Minutes", "series", [minutes], count, (cell) => (cell && cell < 61 ? 50 + cell : 0)),
  make("Years", "series", [years], count, (cell) => (cell && cell < 41 ? 50 + cell : 0)),
  make("Weeks across a new year", "series", [weeks], count, (cell) => (cell && cell < 43 ? 50 + (cell % 7) : 0), undefined, "exact", 520),
  make("Small steps", "histogram", [tiny], count, (cell) => (cell < 51 ? cell * cell : 3)),
  make("Overflow on both sides", "histogram", [AXES.delay], count, (cell) => 300 * Math.exp(-(((cell - 30) / 20) ** 2)) + (cell > 72 || !cell ? 90 : 0)),
  make("Three hundred names", "bars", [many], count, (cell) => 40_000 / (cell + 1), (cell) => 9000 / (cell + 1), "exact", 260, 240),
  make("True or false", "bars", [truth], count, (cell) => [2_400_000, 580_000, 20_000][cell], (cell) => [400_000, 380_000, 0][cell], "exact", 260, 120),
  make("Both signs", "bars", [AXES.origin], sum, (cell) => (cell - 5) * 800, (cell) => (cell - 6) * 500, "exact", 260, 340),
  make("Months and logarithms", "density", [years, AXES.distance], mean, (cell) => (cell % 7 ? (cell % 43) - 12 : NaN), (cell) => (cell % 5 ? (cell % 43) - 9 : NaN), "exact", 380, 240),
  make("No rows", "density", [hour, AXES.delay], count, () => 0),
  make("Small", "histogram", [hour], count, wave, (cell) => wave(cell) / 3, "exact", 150, 90),
  make("Minimum", "figure", [], { aggregate: "min", column: "delay" }, () => -1116, () => -40, "approximate", 180, 110),
  make("Nothing to average", "figure", [], mean, () => 8.2, () => NaN, "exact", 180, 110),
];
