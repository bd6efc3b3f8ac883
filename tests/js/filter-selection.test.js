import assert from "node:assert/strict";
import { test } from "node:test";
import { getBinEdges, filterToSelection, selectionToFilter } from "../../assets/explore/filter-selection.js";

/** Edges 0, 10 … 50: codes 0 below, 1..5, 6 above, 7 null. */
const ordered = (lookup = [0, 1, 2, 3, 4, 5, 6, 7]) => ({
  column: "delay", label: "Delay", type: "linear", integer: true, codes: 8, edges: Float64Array.of(0, 10, 20, 30, 40, 50),
  labels: null, lookup: Uint16Array.from(lookup), bins: Math.max(...lookup) + 1, choices: [5], domain: [0, 50],
});
const category = (codes = 5) => ({
  column: "origin", label: "Origin", type: "category", integer: false, codes, edges: null, labels: ["ATL", "ORD", "DFW"],
  lookup: Uint16Array.from({ length: codes }, (_, code) => code), bins: codes, choices: [], domain: null,
});
const flag = { ...category(3), type: "boolean", labels: null };

test("every interval of codes comes back from its filter", () => {
  for (let from = 0; from <= 6; from++)
    for (let to = from + 1; to <= 7; to++) {
      const selection = { type: "interval", from, to, nulls: false };
      const filter = selectionToFilter(selection, [ordered()]);
      assert.deepEqual(filterToSelection(filter, [ordered()]), { selection, aligned: true }, `${from}..${to}`);
    }
});

test("codes turn into the values at their edges", () => {
  const filter = (from, to, nulls) => selectionToFilter({ type: "interval", from, to, nulls }, [ordered()]);
  assert.deepEqual(filter(2, 4), { type: "interval", lo: 10, hi: 30, nulls: false });
  assert.deepEqual(filter(0, 1), { type: "interval", lo: null, hi: 0, nulls: false });
  assert.deepEqual(filter(6, 7, true), { type: "interval", lo: 50, hi: null, nulls: true });
  assert.deepEqual(filter(0, 7), { type: "interval", lo: null, hi: null, nulls: false });
  assert.deepEqual(filter(0, 8), { type: "interval", lo: null, hi: null, nulls: true });
});

test("only missing values, and nothing at all", () => {
  const missing = { type: "interval", from: 0, to: 0, nulls: true };
  assert.deepEqual(selectionToFilter(missing, [ordered()]), { type: "nulls" });
  assert.deepEqual(selectionToFilter({ type: "interval", from: 7, to: 8 }, [ordered()]), { type: "nulls" });
  assert.deepEqual(filterToSelection({ type: "nulls" }, [ordered()]), { selection: missing, aligned: true });
  assert.equal(selectionToFilter({ type: "interval", from: 3, to: 3 }, [ordered()]), null);
  assert.equal(selectionToFilter(null, [ordered()]), null);
});

test("a filter between two edges is shown at the nearest and known to be off", () => {
  const { selection, aligned } = filterToSelection({ type: "interval", lo: 11, hi: 30, nulls: false }, [ordered()]);
  assert.deepEqual([selection, aligned], [{ type: "interval", from: 2, to: 4, nulls: false }, false]);
  const outside = filterToSelection({ type: "interval", lo: 1000, hi: 2000, nulls: false }, [ordered()]);
  assert.equal(outside.aligned, false);
});

test("members by name, other and missing", () => {
  const filter = selectionToFilter({ type: "members", codes: [2, 0, 3, 4] }, [category()]);
  assert.deepEqual(filter, { type: "members", values: ["ATL", "DFW"], other: true, nulls: true });
  assert.deepEqual(filterToSelection(filter, [category()]), { selection: { type: "members", codes: [0, 2, 3, 4] }, aligned: true });
  assert.equal(selectionToFilter({ type: "members", codes: [] }, [category()]), null);
  assert.equal(selectionToFilter({ type: "members", codes: [0, 1, 2, 3, 4] }, [category()]), null);
  assert.deepEqual(selectionToFilter({ type: "members", codes: [1] }, [flag]), { type: "members", values: ["true"], other: false, nulls: false });
});

test("a value that has no bar is not quite shown", () => {
  const filter = { type: "members", values: ["ATL", "LAX"], other: false, nulls: false };
  assert.deepEqual(filterToSelection(filter, [category()]), { selection: { type: "members", codes: [0] }, aligned: false });
});

test("boxes are in bins, whose edges are the coarse ones", () => {
  const coarse = ordered([0, 1, 1, 2, 2, 2, 3, 4]);
  assert.deepEqual([...getBinEdges(coarse)], [0, 20, 50]);
  const selection = { type: "box", x: { from: 1, to: 2 }, y: { from: 2, to: 4 } };
  const filter = selectionToFilter(selection, [coarse, coarse]);
  assert.deepEqual(filter, { type: "box", x: { lo: 0, hi: 20 }, y: { lo: 20, hi: null } });
  assert.deepEqual(filterToSelection(filter, [coarse, coarse]), { selection, aligned: true });
});

test("a filter meant for other axes shows no brush", () => {
  assert.deepEqual(filterToSelection({ type: "interval", lo: 0, hi: 1, nulls: false }, [category()]), { selection: null, aligned: false });
  assert.deepEqual(filterToSelection({ type: "members", values: [], other: false, nulls: true }, [ordered()]), { selection: null, aligned: false });
});
