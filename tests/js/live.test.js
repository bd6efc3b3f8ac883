import assert from "node:assert/strict";
import { test } from "node:test";
import { interpolateFilter } from "../../assets/live/interpolate.js";
import { validateExploration, isValidFilter } from "../../assets/live/validate-exploration.js";
import { Player } from "../../assets/live/player.js";
import { MoveSampler, getSendInterval } from "../../assets/live/sampler.js";

const interval = (lo, hi) => ({ type: "interval", lo, hi, nulls: false });

/** A clock that stands until it is moved. */
function watch() {
  const due = [];
  const clock = { time: 1000, now: () => clock.time, schedule: (act, wait) => due.push({ act, at: clock.time + wait }) };
  clock.move = (to) => {
    for (const next of due.toSorted((a, b) => a.at - b.at).filter(({ at }) => at <= to)) {
      clock.time = next.at;
      due.splice(due.indexOf(next), 1);
      next.act();
    }
    clock.time = to;
  };
  return clock;
}

test("the first sample goes at once, those within the interval together", () => {
  const clock = watch();
  const sent = [];
  const sampler = new MoveSampler((move) => sent.push(move), () => 100, clock);
  sampler.add("b", "v1", interval(0, 1));
  for (const at of [1020, 1040, 1060]) {
    clock.move(at);
    sampler.add("b", "v1", interval(0, at));
  }
  assert.equal(sent.length, 1);
  clock.move(1200);
  assert.deepEqual(sent[1], {
    t: 1020, i: 100,
    s: [[0, "b", "v1", interval(0, 1020)], [20, "b", "v1", interval(0, 1040)], [40, "b", "v1", interval(0, 1060)]],
  });
});

test("at the pace of screens most samples go at once, and never more than 45 a second", () => {
  const clock = watch();
  const waits = [];
  let messages = 0;
  const take = ({ t, s }) => {
    messages += 1;
    waits.push(...s.map(([after]) => clock.time - t - after));
  };
  const sampler = new MoveSampler(take, () => getSendInterval(10_000, 3), clock);
  for (let frame = 1; frame <= 120; frame++) {
    clock.move(1000 + (frame * 1000) / 60);
    sampler.add("b", "v1", interval(0, frame));
  }
  clock.move(4000);
  assert.equal(waits.length, 120);
  assert.ok(waits.filter((wait) => wait === 0).length >= 85, "three of four at once");
  assert.ok(Math.max(...waits) < 25);
  assert.ok(messages <= 2 * 45 + 2);
});

test("what stands still is not sent again", () => {
  const clock = watch();
  const sent = [];
  const sampler = new MoveSampler((move) => sent.push(move), () => 100, clock);
  sampler.add("a", "v1");
  sampler.add("p", "v1", 0.5, 0.5);
  sampler.add("p", "v1", 0.5, 0.5);
  clock.move(2000);
  assert.deepEqual(sent.map(({ s }) => s.length), [1, 1]);
});

test("a slow pace thins samples out, and keeps the last", () => {
  const clock = watch();
  const sent = [];
  const sampler = new MoveSampler((move) => sent.push(move), () => 1000, clock);
  for (let step = 0; step <= 60; step++) {
    clock.move(1000 + step * 16);
    sampler.add("b", "v1", interval(0, step));
  }
  clock.move(5000);
  assert.equal(sent.length, 2);
  assert.ok(sent[1].s.length <= 12);
  assert.equal(sent[1].s.at(-1)[3].hi, 60);
});

test("the pace keeps within what all members together may be sent", () => {
  assert.equal(Math.round(1000 / getSendInterval(10_000, 3)), 45);
  assert.equal(Math.round(1000 / getSendInterval(60, 20)), 3);
  assert.equal(1000 / getSendInterval(60, 1000), 1);
});

test("ranges glide, and end at the last sample", () => {
  assert.deepEqual(interpolateFilter(interval(0, 10), interval(10, 30), 0.5), interval(5, 20));
  assert.deepEqual(interpolateFilter(interval(0, 10), interval(10, 30), 1), interval(10, 30));
  assert.deepEqual(interpolateFilter(interval(null, 10), interval(10, 30), 0.5), interval(null, 20));
  assert.equal(interpolateFilter(null, interval(10, 30), 0.5), null);
  const chosen = { type: "members", values: ["a"], other: false, nulls: false };
  assert.equal(interpolateFilter(chosen, interval(0, 1), 0.9), chosen);
});

/** Plays moves that took so long each; answers what was shown at each frame of 60 a second. */
function play(moves, { ahead = 0, from, to }) {
  const shown = [];
  const player = new Player({
    showBrush: (id, filter) => shown.push({ at: now, id, hi: filter?.hi }),
    showPointer: (pointer) => shown.push({ at: now, pointer }),
    activateView: (id) => shown.push({ at: now, active: id }),
  });
  let now = from;
  const queue = [...moves];
  for (; now <= to; now += 1000 / 60) {
    while (queue.length && queue[0].t + queue[0].s.at(-1)[0] + queue[0].took + ahead <= now) player.addMove(queue.shift(), now);
    player.playFrame(now);
  }
  return shown;
}

const sweep = Array.from({ length: 40 }, (_, index) => ({ t: index * 50, i: 50, took: 5, s: [[0, "b", "v1", interval(0, index)]] }));

test("a follower sees a brush glide at the display's rate, whatever the clocks say", () => {
  for (const ahead of [0, 3_600_000, -3_600_000]) {
    const shown = play(sweep, { ahead, from: ahead, to: ahead + 2200 });
    const steps = shown.slice(1).map(({ hi }, index) => hi - shown[index].hi);
    assert.ok(shown.length > 100, `${shown.length} frames`);
    assert.ok(steps.every((step) => step >= 0 && step < 0.7), "no jump, no way back");
    assert.equal(shown.at(-1).hi, 39);
    assert.ok(shown.at(-1).at - ahead - 39 * 50 < 50 + 5 + 2 * 17, "one interval late, and no more");
  }
});

test("a message that is late is caught up with", () => {
  const late = sweep.map((move, index) => (index === 20 ? { ...move, took: 300 } : move));
  assert.equal(play(late, { from: 0, to: 2600 }).at(-1).hi, 39);
});

test("after the last sample nothing more is shown", () => {
  const shown = play(sweep.slice(0, 2), { from: 0, to: 1000 });
  assert.ok(shown.at(-1).at < 200);
});

const column = (name, scales = ["linear"]) => ({ name, scales });
const description = { slug: "flights", version: "1", columns: [column("delay"), column("origin", ["category"])] };
const view = (id, columns, type = "linear") => ({
  id, columns, scales: columns.map(() => ({ type, domain: null, top: null })), bins: columns.map(() => null),
  measure: { aggregate: "count", column: null }, title: null, width: 4, height: 2,
});
const exploration = (views, filters = {}) => ({ v: 1, dataset: "flights", version: "1", views, filters, active: null });

test("views on columns that are not here are left out, with their filters", () => {
  const sent = exploration([view("v1", ["delay"]), view("v2", ["salary"])], { v1: interval(0, 1), v2: interval(5, 6) });
  const { exploration: kept, left } = validateExploration(sent, description);
  assert.deepEqual(kept.views.map(({ id }) => id), ["v1"]);
  assert.deepEqual(kept.filters, { v1: interval(0, 1) });
  assert.equal(left, 1);
});

test("followers see bars sorted and scaled as the presenter does, and nothing unknown", () => {
  const sent = { ...exploration([{ ...view("v1", ["delay"]), order: "name", value_axis: "share" }, { ...view("v2", ["delay"]), order: {}, value_axis: 7 }]), value_axis: "selection" };
  const { exploration: kept } = validateExploration(sent, description);
  assert.deepEqual(kept.views.map((each) => [each.order, each.value_axis]), [["name", "share"], [null, null]]);
  assert.equal(kept.value_axis, "selection");
  assert.equal(validateExploration({ ...sent, value_axis: "all of it" }, description).exploration.value_axis, "all");
});

test("a table is shown as its presenter sees it, but not by a column that is not here", () => {
  const shown = (table) => validateExploration({ ...exploration([]), table }, description).exploration.table;
  assert.equal(shown(undefined), null);
  assert.deepEqual(shown({ sort: "delay", descending: true, at: 120 }), { sort: "delay", descending: true, at: 120, hidden: [] });
  assert.deepEqual(shown({ sort: "salary", descending: true, at: 120 }), { sort: null, descending: false, at: 120, hidden: [] });
  assert.deepEqual(shown({ hidden: ["delay", "salary", 7] }).hidden, ["delay"]);
  for (const garbage of ["x", 7, true]) assert.equal(shown(garbage), null);
  for (const garbage of [{}, { sort: {}, descending: "yes", at: -1 }, { at: 1e300 }, { at: "2" }])
    assert.deepEqual(shown(garbage), { sort: null, descending: false, at: 0, hidden: [] });
});

test("what is no exploration shows nothing, and breaks nothing", () => {
  const garbage = [null, {}, { views: "x" }, { views: [null, 7, { id: 3 }, { id: "v1", columns: ["delay"] }] },
    exploration([{ ...view("v1", ["delay"]), measure: { aggregate: "evil", column: null } }]),
    exploration([{ ...view("v1", ["delay"]), scales: [{ type: "category" }] }])];
  for (const sent of garbage) assert.deepEqual(validateExploration(sent, description).exploration.views, []);
  const wild = validateExploration(exploration([{ ...view("v1", ["delay"]), width: 1e9, height: NaN }], { v1: { type: "interval", lo: "x", hi: 3 } }), description);
  assert.deepEqual(wild.exploration.filters, {});
  for (const type of ["constructor", "__proto__", "toString"]) assert.equal(isValidFilter({ type }), false);
  const polluting = JSON.parse('{"__proto__": {"type": "nulls"}, "constructor": {"type": "nulls"}}');
  const named = validateExploration(exploration([view("constructor", ["delay"]), view("v1", ["delay"])], polluting), description);
  assert.deepEqual(Object.entries(named.exploration.filters), [["constructor", { type: "nulls" }]]);
  assert.equal({}.type, undefined);
  assert.deepEqual([wild.exploration.views[0].width, wild.exploration.views[0].height], [12, 2]);
});
