import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveUpdates, widenDomain } from "../../assets/explore/live-updates.js";

/** As much of a page as a line of text and a button need. */
function element() {
  return { textContent: "", hidden: false, append() {}, setAttribute(name) { this.hidden ||= name === "hidden"; }, addEventListener() {}, toggleAttribute() {} };
}
Object.assign(globalThis, { window: globalThis, Node: { TEXT_NODE: 3 }, document: { hidden: false, createElement: element } });

/** A page at 100 rows of a growing dataset, whose answers come at once. */
function open({ grows = true, begins, ...answers } = {}) {
  const moves = [];
  let moved = () => {};
  const engine = {
    description: { slug: "d", version: "ab", rights: "all", rows: 100, grows },
    listDeltas: (rows) => [{ url: `${rows}` }],
    applyDeltas(rows) {
      this.description.rows = rows;
      moves.push({ rows, at: performance.now() });
      moved(rows);
      return true;
    },
    goToRowCount(rows) {
      this.description.rows = rows;
    },
    ...answers.engine,
  };
  const failures = [];
  const client = { fetchFrame: async () => ({}), fetchJson: async () => ({ rows: 100, at: 0, rate: 0 }), ...answers.client };
  const growth = new LiveUpdates(engine, client, (error) => failures.push(error), undefined, begins);
  const until = (rows) => new Promise((resolve) => (moved = (now) => now === rows && resolve()));
  return { engine, growth, moves, failures, until };
}

test("pictures move at most five times a second, and reach the newest rows", async () => {
  const { growth, moves, until } = open();
  const done = until(120);
  for (let rows = 101; rows <= 120; rows++) growth.notifyRows({ rows, at: 0, rate: 40 });
  await done;
  growth.destroy();
  assert.deepEqual(moves.map(({ rows }) => rows), [101, 120]);
  assert.ok(moves[1].at - moves[0].at >= 198);
});

test("a page that was open before there were any new rows asks now and then, and follows", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let began = 0;
  const answers = [100, 100, 104];
  const client = { fetchJson: async () => ({ rows: answers.shift() ?? 104, at: 0, rate: 0 }) };
  const { growth, moves, until } = open({ grows: false, begins: () => began++, client });
  const done = until(104);
  for (const _ of [1, 2, 3]) {
    assert.equal(began, 0);
    context.mock.timers.tick(30_000);
    await new Promise(setImmediate);
  }
  await done;
  growth.destroy();
  assert.deepEqual([moves.map(({ rows }) => rows), began], [[104], 1]);
});

test("of a dataset that has never grown nobody is told since when, also where a live session goes on with the newest rows", () => {
  const { growth } = open({ grows: false });
  growth.pinRows(null);
  growth.destroy();
  const { growth: grown } = open();
  grown.destroy();
  assert.deepEqual([growth, grown].map(({ asOfIndicator: asOf }) => asOf.element.hidden), [true, false]);
});

test("an answer that is on its way comes first", async () => {
  let waiting = 3;
  const { growth, until } = open({ engine: { listDeltas: () => (waiting-- > 0 ? null : [{ url: "" }]) } });
  const done = until(105);
  growth.notifyRows({ rows: 105 });
  await done;
  growth.destroy();
  assert.equal(waiting, -1);
});

test("a page that is held still says what waits, goes back and on", async () => {
  const { engine, growth, moves, until } = open();
  growth.pinRows(100);
  growth.notifyRows({ rows: 12_445, at: 0, rate: 1000 });
  assert.equal(growth.asOfIndicator.label.textContent, "Paused · 12,345 new rows");
  growth.pinRows(60);
  assert.equal(engine.description.rows, 60);
  const done = until(12_445);
  growth.pinRows(null);
  await done;
  growth.destroy();
  assert.deepEqual(moves.map(({ rows }) => rows), [12_445]);
  assert.match(growth.asOfIndicator.label.textContent, /^As of \d\d:\d\d:\d\d · 1,000 rows\/s$/);
});

test("whoever is only told that something came asks", async () => {
  const { growth, until } = open({ client: { fetchJson: async () => ({ rows: 107, at: 0, rate: 0 }) } });
  const done = until(107);
  growth.notifyRows();
  await done;
  growth.destroy();
});

test("what fails is said once and not asked for again at once", async () => {
  let asked = 0;
  const frame = async () => {
    asked += 1;
    throw new Error("Can't reach the server.");
  };
  const { growth, failures } = open({ client: { fetchFrame: frame } });
  growth.notifyRows({ rows: 101 });
  await new Promise(setImmediate);
  growth.notifyRows({ rows: 102 });
  await new Promise(setImmediate);
  growth.destroy();
  assert.equal(asked, 1);
  assert.deepEqual(failures.map(({ message }) => message), ["Can't reach the server."]);
});

const axis = (type, domain) => ({ type, domain });

test("a widened domain holds the greatest value, and keeps what there is where there are no values", () => {
  assert.deepEqual(widenDomain([-5, 995], axis("linear", [0, 100])), [-5, 996]);
  assert.deepEqual(widenDomain([7, 7], axis("linear", [0, 100])), [7, 8]);
  assert.deepEqual(widenDomain([], axis("linear", [0, 100])), [0, 100]);
  assert.deepEqual(widenDomain([-3, 0], axis("log", [1, 100])), [1, 2]);
  assert.deepEqual(widenDomain([0.5, 1000.5], axis("time", [0, 9])), [0, 1002]);
});
