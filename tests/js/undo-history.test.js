import assert from "node:assert/strict";
import { test } from "node:test";
import { UndoHistory, getHistoryMark } from "../../assets/explore/undo-history.js";

/** A browser's session history with a bound on its slots, as Chrome has. */
class Browser {
  slots = [{ state: null, url: "elsewhere" }];
  at = 0;
  onpop = () => {};

  constructor(bound = 50) {
    this.bound = bound;
  }
  get length() {
    return this.slots.length;
  }
  get state() {
    return this.slots[this.at].state;
  }
  get url() {
    return this.slots[this.at].url;
  }
  pushState(state, _, url) {
    this.slots.splice(this.at + 1, Infinity, { state: structuredClone(state), url });
    if (this.slots.length > this.bound) this.slots.shift();
    this.at = this.slots.length - 1;
  }
  replaceState(state, _, url) {
    this.slots[this.at] = { state: structuredClone(state), url };
  }
  go(steps) {
    if (!this.slots[this.at + steps]) return;
    this.at += steps;
    this.onpop(this.state);
  }
  back() {
    this.go(-1);
  }
  forward() {
    this.go(1);
  }
}

const state = (n) => ({ v: 1, dataset: "flights", version: "ab", views: [], filters: {}, active: `s${n}` });
const address = (exploration) => `#${exploration.active}`;

function open(browser) {
  const page = { shown: null };
  page.timeline = new UndoHistory(browser, address, (exploration) => (page.shown = exploration.active));
  browser.onpop = (popped) => {
    const mark = getHistoryMark(popped);
    page.shown = mark ? page.timeline.restoreMark(mark).active : "left the page";
  };
  return page;
}

function begin(browser, steps) {
  browser.pushState(null, "", "page");
  const page = open(browser);
  page.timeline.start(state(0));
  for (let n = 1; n <= steps; n++) page.timeline.push(state(n));
  return page;
}

test("undo goes back in the browser, redo forward", () => {
  const browser = new Browser();
  const { timeline, ...page } = begin(browser, 3);
  assert.deepEqual([browser.url, timeline.canUndo, timeline.canRedo], ["#s3", true, false]);
  timeline.undo();
  timeline.undo();
  assert.deepEqual([browser.url, timeline.canUndo, timeline.canRedo], ["#s1", true, true]);
  timeline.redo();
  assert.equal(browser.url, "#s2");
  assert.ok(page);
});

test("the browser's Back undoes a commit, and beyond the first leaves the page", () => {
  const browser = new Browser();
  const page = begin(browser, 1);
  browser.back();
  assert.deepEqual([page.shown, page.timeline.canUndo, page.timeline.canRedo], ["s0", false, true]);
  browser.back();
  assert.equal(page.shown, "left the page");
});

test("a commit after undo ends what could be redone", () => {
  const browser = new Browser();
  const { timeline } = begin(browser, 3);
  timeline.undo();
  timeline.push(state(9));
  assert.deepEqual([timeline.canRedo, browser.url], [false, "#s9"]);
  timeline.undo();
  assert.equal(browser.url, "#s2");
});

test("undo has no end where the browser's history has one", () => {
  const browser = new Browser(50);
  const page = begin(browser, 120);
  for (let n = 119; n >= 0; n--) {
    page.timeline.undo();
    assert.deepEqual([page.shown, browser.url], [`s${n}`, `#s${n}`]);
  }
  assert.equal(page.timeline.canUndo, false);
  for (let n = 1; n <= 120; n++) {
    page.timeline.redo();
    assert.deepEqual([page.shown, browser.url], [`s${n}`, `#s${n}`]);
  }
  assert.equal(page.timeline.canRedo, false);
});

test("after a reload Back and undo still lead back", () => {
  const browser = new Browser();
  begin(browser, 3);
  const page = open(browser);
  page.timeline.start(state(3));
  assert.equal(page.timeline.canUndo, true);
  page.timeline.undo();
  assert.equal(page.shown, "s2");
  browser.back();
  assert.equal(page.shown, "s1");
  page.timeline.redo();
  assert.equal(page.shown, "s2");
});

test("an address typed in is a step like any other", () => {
  const browser = new Browser();
  const page = begin(browser, 2);
  browser.pushState(null, "", "#typed");
  page.timeline.start(state(7));
  assert.deepEqual([browser.url, page.timeline.canUndo], ["#s7", true]);
  page.timeline.undo();
  assert.equal(page.shown, "s2");
});

test("amending changes the current step only", () => {
  const browser = new Browser();
  const page = begin(browser, 2);
  page.timeline.replaceStep(state(5));
  assert.equal(browser.url, "#s5");
  page.timeline.undo();
  assert.equal(page.shown, "s1");
  page.timeline.replaceStep(state(6));
  page.timeline.redo();
  assert.deepEqual([page.shown, browser.url], ["s5", "#s5"]);
});
