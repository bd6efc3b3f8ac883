/** Every kind of chart in several sizes and states, linked by brute force. `?theme=dark` shows the other theme. */

/** @import {ChartModel, Selection} from "../../assets/charts/types.js" */
/** @import {Name} from "./flights.js" */

import { AGGREGATES } from "/assets/charts/aggregates.js";
import { createChart } from "/assets/charts/chart.js";
import { CASES } from "./cases.js";
import { AXES, CODES, DELAYS, ROWS } from "./flights.js";

const query = new URLSearchParams(location.search);
document.documentElement.dataset.bsTheme = query.get("theme") ?? "light";

/** @typedef {{id: string, kind: ChartModel["kind"], names: Name[], measure: ChartModel["measure"], width: number, height: number, title: string}} Spec */
const count = { aggregate: "count", column: null };
const mean = { aggregate: "mean", column: "delay" };
const sum = { aggregate: "sum", column: "delay" };

/** @param {ChartModel["measure"]} measure */
const formatMeasure = ({ aggregate, column }) => AGGREGATES[aggregate].titleStart + (column ? ` ${column}` : "");

/** @param {string} id @param {ChartModel["kind"]} kind @param {Name[]} names @param {ChartModel["measure"]} measure @param {number} width @param {number} height @param {string} title @returns {Spec} */
const spec = (id, kind, names, measure, width, height, title) => ({ id, kind, names, measure, width, height, title });

const specs = [
  spec("date", "series", ["date"], count, 600, 240, "Flights by date"),
  spec("rows", "figure", [], count, 200, 120, "Flights"),
  spec("mean", "figure", [], mean, 200, 120, "Mean delay"),
  spec("delay", "histogram", ["delay"], count, 300, 200, "Arrival delay"),
  spec("hour", "histogram", ["hour"], count, 300, 200, "Departure hour"),
  spec("distance", "histogram", ["distance"], count, 300, 200, "Distance"),
  spec("origin", "bars", ["origin"], count, 300, 360, "Origin"),
  spec("map", "density", ["longitude", "latitude"], count, 600, 360, "Origin map"),
  spec("phone", "density", ["longitude", "latitude"], count, 380, 300, "Origin map, phone"),
  spec("heat", "density", ["hour", "delay"], count, 380, 360, "Hour and delay"),
  spec("datemean", "series", ["date"], mean, 600, 200, "Mean delay by date"),
  spec("hourmean", "histogram", ["hour"], mean, 300, 200, "Mean delay by hour"),
  spec("hoursum", "histogram", ["hour"], sum, 300, 200, "Sum of delays by hour"),
  spec("originmean", "bars", ["origin"], mean, 300, 200, "Mean delay by origin"),
];

/** @param {Spec} view @param {(row: number) => boolean} passes @param {Float64Array} out */
function aggregate(view, passes, out) {
  const axes = view.names.map((name) => AXES[name]);
  const sums = new Float64Array(out.length);
  const counts = new Float64Array(out.length);
  for (let row = 0; row < ROWS; row++) {
    if (!passes(row)) continue;
    const cells = axes.map((axis, i) => axis.lookup[CODES[view.names[i]][row]]);
    const cell = cells.length > 1 ? cells[1] * axes[0].bins + cells[0] : cells[0] ?? 0;
    if (view.measure.column && Number.isNaN(DELAYS[row])) continue;
    counts[cell]++;
    sums[cell] += DELAYS[row];
  }
  out.set(view.measure.aggregate === "count" ? counts : view.measure.aggregate === "sum" ? sums : sums.map((total, i) => total / counts[i]));
  return out;
}

/** @type {Map<string, Selection | null>} */
const selections = new Map();

/** @param {Spec} view @param {Selection | null} selection @returns {(row: number) => boolean} */
function predicate(view, selection) {
  const [x, y] = view.names.map((name) => CODES[name]);
  if (!selection) return () => true;
  if (selection.type === "members") return (row) => selection.codes.includes(x[row]);
  const none = AXES[view.names[0]].codes - 1;
  if (selection.type === "interval") return (row) => (x[row] >= selection.from && x[row] < selection.to) || (x[row] === none && !!selection.nulls);
  const [a, b] = view.names.map((name) => AXES[name].lookup);
  return (row) => a[x[row]] >= selection.x.from && a[x[row]] < selection.x.to && b[y[row]] >= selection.y.from && b[y[row]] < selection.y.to;
}

/** @param {string} except */
function recompute(except) {
  for (const [i, view] of specs.entries()) {
    if (view.id === except) continue;
    const tests = specs.filter((other) => other !== view && selections.get(other.id)).map((other) => predicate(other, selections.get(other.id) ?? null));
    aggregate(view, (row) => tests.every((test) => test(row)), values[i]);
    charts[i].setValues(values[i], "exact");
    charts[i].draw();
  }
}

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
/** @type {string[]} */
const log = [];
const values = specs.map((view) => new Float64Array(view.names.reduce((size, name) => size * AXES[name].bins, 1)));
const charts = specs.map((view, i) => {
  const section = document.createElement("section");
  section.id = view.id;
  section.innerHTML = `<h2>${view.title}</h2><div style="width:${view.width}px;height:${view.height}px"></div>`;
  main.append(section);
  const chart = createChart(/** @type {HTMLElement} */ (section.lastElementChild), {
    onActivate: () => undefined,
    onBrush(id, selection, phase) {
      log.push(`${id} ${phase} ${JSON.stringify(selection)}`);
      selections.set(id, selection);
      if (phase === "commit") recompute(id);
    },
    onZoom: (id, domains) => log.push(`${id} zoom ${JSON.stringify(domains)}`),
  });
  chart.setModel({ id: view.id, kind: view.kind, title: view.title, axes: view.names.map((name) => AXES[name]), measure: view.measure, measureLabel: formatMeasure(view.measure), outlines: view.names.includes("longitude"), order: null, valueAxis: "all" });
  chart.setGhost(aggregate(view, () => true, values[i]).slice());
  chart.setValues(values[i], "exact");
  chart.draw();
  return chart;
});
const cases = CASES.map(({ title, kind, axes, measure, ghost, values, state, width, height }, i) => {
  const section = document.createElement("section");
  section.innerHTML = `<h2>${title}</h2><div style="width:${width}px;height:${height}px"></div>`;
  main.append(section);
  const chart = createChart(/** @type {HTMLElement} */ (section.lastElementChild), {
    onActivate: () => undefined, onBrush: (...brush) => log.push(JSON.stringify(brush)), onZoom: () => undefined,
  });
  chart.setModel({ id: `case${i}`, kind, title, axes, measure, measureLabel: formatMeasure(measure), outlines: false, order: null, valueAxis: "all" });
  chart.setGhost(ghost);
  chart.setValues(values, state);
  chart.draw();
  return chart;
});
Object.assign(window, { charts, cases, specs, log, selections, recompute, values });
