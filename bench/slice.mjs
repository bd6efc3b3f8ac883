// The data work of one drag frame: slice six views and the row count out of their cubes. `node bench/slice.mjs [frames]`
import { cpus } from "node:os";
import { CubeSlicer } from "../assets/explore/cubes/cube-slicer.js";

const ACTIVE = 503; // codes of an ordered scale of 500 levels
const DENSITY = [67, 67];
const VIEWS = [
  { id: "histogram of 100", cells: [103], aggregate: "count" },
  { id: "series of 181", cells: [184], aggregate: "count" },
  { id: "mean in 50", cells: [53], aggregate: "mean" },
  { id: "latest in 24", cells: [27], aggregate: "max" },
  { id: "300 categories", cells: [302], aggregate: "count" },
  { id: "density of 64 x 64", cells: DENSITY, aggregate: "count", coarse: true },
  { id: "rows", cells: [], aggregate: "count" },
];

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
/** Code -> row for `size` codes in groups of `step`; below, above and null keep rows of their own. */
const grouped = (size, step) => {
  const inner = Math.ceil((size - 3) / step);
  return Uint16Array.from({ length: size }, (_, code) => (code > size - 3 ? inner + code - size + 3 : Math.ceil(code / step)));
};

/** Where the rows of a coarse cube are, and how many there are along each axis. */
function coarsen(active) {
  const lookups = active.map((size) => grouped(size, active.length === 1 ? 10 : 4));
  const [y, x] = lookups;
  return { rows: active.length === 1 ? y : { x, y }, shape: lookups.map((lookup) => lookup[lookup.length - 1] + 1) };
}

function cube({ id, cells, aggregate, coarse }, active, exact) {
  const { rows, shape } = coarse && !exact ? coarsen(active) : { rows: null, shape: active };
  const count = Uint16Array.from({ length: product(shape) * product(cells) }, () => 60 * Math.random());
  const floats = () => Float64Array.from(count, (n) => n * Math.random());
  const sum = aggregate === "mean" ? floats() : null;
  const high = aggregate === "max" ? floats() : null;
  const values = { count, sum, low: null, high };
  const place = { exact: rows === null, rows, grid: null, active };
  return { id, shape: [product(shape), ...cells], axes: [], measure: { aggregate, column: null }, values, total: 3e6, ...place };
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const ms = (value) => value.toFixed(3).padStart(8);
const report = (name, sorted, tail) =>
  console.log(`${name.padEnd(44)} p50${ms(quantile(sorted, 0.5))}  p${100 * tail}${ms(quantile(sorted, tail))} ms`);

function measure(name, active, frames, selectionOf, exact = false) {
  const tables = VIEWS.map((view) => new CubeSlicer(cube(view, active, exact)));
  const outs = tables.map((table) => new Float64Array(table.cellCount));
  const times = new Float64Array(frames);
  for (let frame = -2000; frame < frames; frame++) {
    const selection = selectionOf(frame + 2000);
    const start = performance.now();
    for (let v = 0; v < tables.length; v++) tables[v].sliceInto(selection, outs[v]);
    if (frame >= 0) times[frame] = performance.now() - start;
  }
  times.sort();
  report(name, times, 0.99);
}

function measureBuild() {
  const view = cube(VIEWS[5], [ACTIVE], true);
  const times = Float64Array.from({ length: 40 }, () => {
    const start = performance.now();
    new CubeSlicer(view);
    return performance.now() - start;
  }).sort();
  report(`build 503 x ${product(DENSITY)} cells`, times, 0.95);
}

const frames = Number(process.argv[2] ?? 20000);
const interval = (frame) => ({ type: "interval", from: (frame * 7) % 250, to: 251 + ((frame * 3) % 249) });
const members = (frame) => ({ type: "members", codes: [3, 9, 10, 77, (frame * 7) % 300] });
const box = (frame) => ({
  type: "box",
  x: { from: frame % 20, to: 30 + (frame % 30) },
  y: { from: frame % 25, to: 26 + (frame % 40) },
});

console.log(`${cpus()[0].model.trim()}, node ${process.version}, ${VIEWS.length} views, ${frames} frames`);
measureBuild();
measure("interval, density in 53 coarse rows", [ACTIVE], frames, interval);
measure("interval, density in all 503 rows", [ACTIVE], frames, interval, true);
measure("five members of 302", [302], frames, members);
measure("box of 67 x 67, density in 19 x 19 rows", DENSITY, frames, box);
