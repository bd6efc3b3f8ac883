import assert from "node:assert/strict";
import { test } from "node:test";
import { DataClient } from "../../assets/explore/data-client.js";
import { CubeEngine } from "../../assets/explore/cubes/cube-engine.js";
import { addView, clearFilters, removeView, setFilter, updateView } from "../../assets/explore/exploration.js";
import { ROWS_VIEW_ID } from "../../assets/explore/requests.js";
import { filterToSelection, selectionToFilter } from "../../assets/explore/filter-selection.js";

const CODES = 6;
const COLUMNS = ["x", "y", "z"];

/** Numbers that look random and are the same in every run. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const roll = dice(7);
const rows = Array.from({ length: 200 }, () => Object.fromEntries(COLUMNS.map((column) => [column, roll(CODES)])));
const axis = (column) => ({
  column, label: column, type: "linear", integer: true, codes: CODES, edges: Float64Array.of(0, 1, 2, 3), labels: null,
  lookup: Uint16Array.from({ length: CODES }, (_, code) => code), bins: CODES, choices: [3], domain: [0, 3],
});
const view = (id, column) => ({
  id, columns: [column], scales: [{ type: "linear", domain: null, top: null }], bins: [3],
  measure: { aggregate: "count", column: null }, title: null, width: 4, height: 2,
});

const passes = (code, selection) => (code >= selection.from && code < selection.to) || (selection.nulls === true && code === CODES - 1);

/** Rows passing all filters but those of the views named. */
function passing(views, filters, without, all = rows) {
  return all.filter((row) =>
    views.every(({ id, columns: [column] }) => {
      if (without.includes(id) || !filters[id]) return true;
      return passes(row[column], filterToSelection(filters[id], [axis(column)]).selection);
    }));
}

/** A part of a cube, as a delta has it. */
function few(cube, isDelta) {
  if (!isDelta) return { places: null, count: cube };
  const places = Uint32Array.from(cube.keys()).filter((place) => cube[place]);
  return { places, count: Uint8Array.from(places, (place) => cube[place]) };
}

/** The response of the cube route, computed the slow and obvious way. */
function answer(url) {
  const { searchParams } = new URL(url, "http://server");
  const { active, views, filters } = JSON.parse(searchParams.get("x"));
  const total = Number(searchParams.get("rows") ?? rows.length);
  const all = rows.slice(Number(searchParams.get("from") ?? 0), total);
  const over = views.find((each) => each.id === active);
  const frameViews = views.map((each) => {
    const rowsOf = over && each.id !== active ? CODES : 1;
    const cells = each.columns.length ? CODES : 1;
    const count = new Uint32Array(rowsOf * cells);
    for (const row of passing(views, filters, [each.id, active], all)) {
      const cell = each.columns.length ? row[each.columns[0]] : 0;
      count[(rowsOf > 1 ? row[over.columns[0]] : 0) * cells + cell] += 1;
    }
    const part = few(count, searchParams.has("from"));
    return {
      id: each.id, shape: each.columns.length ? [rowsOf, cells] : [rowsOf], exact: true, rows: null, grid: null,
      axes: each.columns.map(axis), measure: each.measure, places: part.places,
      values: { count: part.count, sum: null, low: null, high: null }, active: over ? [CODES] : null, total,
    };
  });
  return { version: "ab", rows: total, active: over ? { id: active, shape: [CODES] } : null, views: new Map(frameViews.map((each) => [each.id, each])) };
}

/** A client whose responses wait until they are released, in any order. */
class SlowClient extends DataClient {
  waiting = [];
  frames = new Map();

  getCached(url) {
    return this.frames.get(url);
  }
  fetchFrame(url) {
    return new Promise((resolve) => this.waiting.push({ url, resolve }));
  }
  async release(index) {
    const [{ url, resolve }] = this.waiting.splice(index, 1);
    this.frames.set(url, answer(url));
    resolve(this.frames.get(url));
    await Promise.resolve();
    await Promise.resolve();
  }
}

function open(description = { rows: rows.length, grows: false }) {
  const ticks = [];
  globalThis.requestAnimationFrame = (tick) => ticks.push(tick);
  const exploration = { v: 1, dataset: "d", version: "ab", views: [view("v1", "x"), view("v2", "y"), view("v3", "z")], filters: {}, active: null };
  const client = new SlowClient("tab");
  const told = { settled: 0, failures: [] };
  const engine = new CubeEngine(client, { slug: "d", version: "ab", rights: "all", ...description }, exploration, {
    onGhosts() {}, onAxes() {}, onValues() {}, onDraw() {}, onSettled: () => (told.settled += 1), onFailure: (error) => told.failures.push(error),
  });
  engine.showExploration(exploration);
  const paint = () => ticks.splice(0).forEach((tick) => tick());
  const finish = async () => {
    while (client.waiting.length) await client.release(0);
    paint();
  };
  return { engine, client, told, paint, finish };
}

/** Values marked exact must be those computed from the rows. @returns how many views are exact */
function check(engine, filters, note) {
  let exact = 0;
  for (const viewData of engine.viewDataList) {
    if (viewData.status !== "exact") continue;
    exact += 1;
    const kept = passing(engine.exploration.views, filters, [viewData.id], rows.slice(0, engine.description.rows));
    const column = engine.exploration.views.find((each) => each.id === viewData.id)?.columns[0];
    const wanted = new Float64Array(column ? CODES : 1);
    for (const row of kept) wanted[column ? row[column] : 0] += 1;
    assert.deepEqual([...viewData.values], [...wanted], `${note}: ${viewData.id}`);
  }
  return exact;
}

test("an unfiltered page shows everything once the answer is there", async () => {
  const { engine, told, finish } = open();
  await finish();
  assert.equal(check(engine, {}, "open"), 4);
  assert.equal(engine.getViewData(ROWS_VIEW_ID).values[0], rows.length);
  assert.equal(told.settled, 1);
});

test("while cubes are on their way the last picture stays and is stale", async () => {
  const { engine, paint, finish } = open();
  await finish();
  engine.brushView("v1", { type: "interval", from: 1, to: 2 });
  paint();
  assert.deepEqual(engine.viewDataList.map((viewData) => viewData.status), ["stale", "stale", "stale", "stale"]);
  assert.equal(engine.getViewData(ROWS_VIEW_ID).values[0], rows.length);
  await finish();
  const filters = { v1: selectionToFilter({ type: "interval", from: 1, to: 2 }, [axis("x")]) };
  assert.equal(check(engine, filters, "brushed"), 4);
});

test("whatever an edit changes is stale at once, not with the next frame", async () => {
  const { engine, told, finish } = open();
  await finish();
  const statuses = () => Object.fromEntries(engine.viewDataList.map(({ id, status }) => [id, status]));
  const widened = updateView(engine.exploration, "v2", { scales: [{ type: "linear", domain: [0, 9], top: null }] });
  engine.showExploration(widened);
  assert.deepEqual(statuses(), { [ROWS_VIEW_ID]: "exact", v1: "exact", v2: "stale", v3: "exact" });
  assert.equal(told.settled, 1);
  await finish();
  assert.deepEqual(statuses(), { [ROWS_VIEW_ID]: "exact", v1: "exact", v2: "exact", v3: "exact" });
  assert.equal(told.settled, 2);
  engine.showExploration(setFilter(widened, "v1", { type: "interval", lo: 0, hi: 2, nulls: false }));
  assert.deepEqual(statuses(), { [ROWS_VIEW_ID]: "stale", v1: "stale", v2: "stale", v3: "stale" });
});

test("clearing a brush gives what was there before it", async () => {
  const { engine, finish } = open();
  await finish();
  const before = engine.viewDataList.map((viewData) => [...viewData.values]);
  const brushed = setFilter(engine.exploration, "v1", { type: "interval", lo: 0, hi: 2, nulls: false });
  engine.activateView("v1");
  engine.showExploration(brushed);
  await finish();
  assert.notDeepEqual(engine.viewDataList.map((viewData) => [...viewData.values]), before);
  engine.showExploration(clearFilters(brushed));
  await finish();
  assert.deepEqual(engine.viewDataList.map((viewData) => [...viewData.values]), before);
});

test("no brush is drawn from a filter that falls between edges; the numbers are asked for as they are", async () => {
  const { engine, client, finish } = open();
  await finish();
  engine.activateView("v1");
  await finish();
  engine.showExploration(setFilter(engine.exploration, "v1", { type: "interval", lo: 0.5, hi: 2, nulls: false }));
  assert.ok(client.waiting.some(({ url }) => JSON.parse(new URL(url, "http://s").searchParams.get("x")).active === null));
});

const brushes = (random) => ({ type: "interval", from: random(4), to: 4 + random(2), nulls: random(2) === 1 });

/** New rows as the page gets them: requested now, there at the next call; then applied if they are still needed. */
function growth(engine) {
  let asked = null;
  return (more) => {
    if (asked) asked = void engine.applyDeltas(asked.rows, asked.deltas, asked.deltas.map(({ url }) => answer(url)));
    else {
      const target = Math.min(rows.length, engine.description.rows + more);
      const deltas = target > engine.description.rows && engine.listDeltas(target);
      if (deltas) asked = { rows: target, deltas };
    }
  };
}

test("new rows are added to every picture at once, and nothing else is fetched", async () => {
  const { engine, client, finish } = open({ rows: 150, grows: true });
  await finish();
  engine.brushView("v1", { type: "interval", from: 1, to: 4 });
  await finish();
  const filters = { v1: selectionToFilter({ type: "interval", from: 1, to: 4 }, [axis("x")]) };
  const deltas = engine.listDeltas(rows.length);
  assert.deepEqual(deltas.map(({ slot }) => slot.purpose).sort(), ["activation", "ghost", "plain"]);
  const ghosts = engine.viewDataList.map(({ ghost }) => [...ghost]);
  assert.ok(engine.applyDeltas(rows.length, deltas, deltas.map(({ url }) => answer(url))));
  assert.equal(client.waiting.length, 0);
  await finish();
  assert.equal(check(engine, filters, "grown"), 4);
  for (const [index, { id, ghost }] of engine.viewDataList.entries()) {
    const column = engine.exploration.views.find((each) => each.id === id)?.columns[0];
    const added = rows.slice(150).map((row) => (column ? row[column] : 0));
    assert.deepEqual([...ghost], ghosts[index].map((count, cell) => count + added.filter((code) => code === cell).length));
  }
});

test("what is wanted no more by the time it arrives is left out", async () => {
  const { engine, client, finish } = open({ rows: 150, grows: true });
  await finish();
  const deltas = engine.listDeltas(rows.length);
  engine.activateView("v2");
  assert.equal(engine.applyDeltas(rows.length, deltas, deltas.map(({ url }) => answer(url))), false);
  assert.equal(engine.listDeltas(rows.length), null);
  await finish();
  assert.equal(engine.description.rows, 150);
  assert.equal(client.waiting.length, 0);
});

test("a page goes back to how the dataset was, and on again", async () => {
  const { engine, finish } = open({ rows: 150, grows: true });
  await finish();
  engine.activateView("v1");
  await finish();
  const before = engine.viewDataList.map(({ ghost }) => [...ghost]);
  const deltas = engine.listDeltas(180);
  engine.applyDeltas(180, deltas, deltas.map(({ url }) => answer(url)));
  engine.goToRowCount(150);
  await finish();
  assert.equal(check(engine, {}, "back"), 4);
  assert.deepEqual(engine.viewDataList.map(({ ghost }) => [...ghost]), before);
  const again = engine.listDeltas(200);
  engine.applyDeltas(200, again, again.map(({ url }) => answer(url)));
  await finish();
  assert.equal(check(engine, {}, "on again"), 4);
});

for (let seed = 1; seed <= 60; seed++) {
  test(`whatever happens in whatever order, no exact number is wrong (${seed})`, async () => {
    const { engine, client, paint, finish } = open(seed % 2 ? undefined : { rows: 80, grows: true });
    const more = growth(engine);
    const random = dice(seed);
    const past = [engine.exploration];
    let live = null;
    const steps = {
      activate: () => (live = (engine.activateView(pick()), engine.active === live?.id ? live : null)),
      move: () => engine.brushView((live = { id: pick(), selection: brushes(random) }).id, live.selection),
      commit: () => commit(live && setFilter(engine.exploration, live.id, selectionToFilter(live.selection, [axis("x")]))),
      clear: () => commit(clearFilters(engine.exploration)),
      undo: () => past.length > 1 && (past.pop(), (live = null), engine.showExploration(past.at(-1))),
      add: () => commit(addView(engine.exploration, view(`v${4 + random(5) * 10 + past.length * 100}`, COLUMNS[random(3)]))),
      remove: () => engine.exploration.views.length > 2 && commit(removeView(engine.exploration, pick())),
      grow: () => engine.description.grows && more(random(20)),
      answer: () => client.waiting.length && client.release(random(client.waiting.length)),
    };
    const pick = () => engine.exploration.views[random(engine.exploration.views.length)].id;
    const commit = (next) => {
      live = null;
      if (!next) return;
      past.push(next);
      engine.showExploration(next);
    };
    const filters = () => (live ? { ...engine.exploration.filters, [live.id]: selectionToFilter(live.selection, [axis("x")]) } : engine.exploration.filters);
    await finish();
    const names = [...Object.keys(steps), "move", "grow", "answer", "answer", "answer"];
    for (let n = 0; n < 120; n++) {
      const name = names[random(names.length)];
      await steps[name]();
      paint();
      check(engine, filters(), `step ${n}, ${name}`);
    }
    await finish();
    await finish();
    assert.equal(check(engine, filters(), "at rest"), engine.exploration.views.length + 1);
  });
}
