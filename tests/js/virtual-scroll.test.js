import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualScroll, MAX_HEIGHT } from "../../assets/explore/table/virtual-scroll.js";

const ROW = 28;
const VIEW = 300;

/** An element as a browser scrolls it, and where its list stands. */
class Element {
  reach = new VirtualScroll(ROW);
  top = 0;

  constructor(rows) {
    this.reach.resize(rows, VIEW);
  }
  scroll(top) {
    this.top = Math.max(0, Math.min(this.reach.contentHeight - VIEW, top));
    this.reach.handleScroll(this.top);
    if (this.reach.isStuck) this.rest();
  }
  rest() {
    this.top = this.reach.scrollTop;
    this.reach.setScrollTop(this.top);
  }
  goTo(row) {
    this.reach.goToRow(row);
    this.rest();
  }
  /** How far below the upper edge of the view a row is drawn. */
  place(row) {
    return row * ROW + this.reach.rowOffset - this.top;
  }
}

test("a short list scrolls as any element does", () => {
  const element = new Element(1000);
  for (const top of [0, 40, 5000, 27_700, 3]) {
    element.scroll(top);
    assert.deepEqual([element.reach.rowOffset, element.reach.scrollTop], [0, top]);
    assert.deepEqual(element.reach.visibleRows, { from: Math.floor(top / ROW), to: Math.min(1000, Math.ceil((top + VIEW) / ROW)) });
  }
});

test("a list that fits has nowhere to go", () => {
  const element = new Element(5);
  element.goTo(4);
  assert.deepEqual([element.reach.topRow, element.reach.contentHeight, element.reach.visibleRows], [0, 5 * ROW, { from: 0, to: 5 }]);
  element.reach.resize(0, VIEW);
  assert.deepEqual(element.reach.visibleRows, { from: 0, to: 0 });
});

for (const rows of [400_000, 3_000_000, 1_000_000_000]) {
  test(`of ${rows} rows each can be gone to, and stands at the upper edge`, () => {
    const element = new Element(rows);
    assert.equal(element.reach.contentHeight, MAX_HEIGHT);
    for (const at of [0, 1, 3000, rows / 7, rows / 2, rows - 4000, rows - 11].map(Math.floor)) {
      element.goTo(at);
      assert.equal(element.reach.topRow, at);
      assert.ok(Math.abs(element.place(at)) < 1, `row ${at} is drawn at ${element.place(at)}`);
      assert.ok(element.top >= 0 && element.top <= MAX_HEIGHT - VIEW);
    }
  });

  test(`of ${rows} rows a turn of the wheel passes none, and rests where it stands`, () => {
    const element = new Element(rows);
    element.goTo(Math.floor(rows / 3));
    for (const turn of [100, 100, -40, 1200, -1360]) {
      const { topRow: at } = element.reach;
      const before = element.place(at);
      element.scroll(element.top + turn);
      assert.equal(Math.round(before - element.place(at)), turn);
      element.rest();
      assert.equal(Math.round(before - element.place(at)), turn);
    }
    assert.equal(element.reach.topRow, Math.floor(rows / 3));
  });

  test(`of ${rows} rows both ends are reached, with the wheel and with the bar`, () => {
    const element = new Element(rows);
    const { wholeRowCount: whole } = element.reach;
    element.scroll(MAX_HEIGHT);
    assert.equal(element.reach.visibleRows.to, rows);
    element.scroll(MAX_HEIGHT / 2);
    assert.ok(Math.abs(element.reach.topRow - rows / 2) < 0.01 * rows);
    element.scroll(0);
    assert.equal(element.reach.topRow, 0);
    element.goTo(2000);
    for (let turn = 0; turn < 60; turn++) element.scroll(element.top - 1000);
    assert.equal(element.reach.topRow, 0);
    element.goTo(rows - 2000);
    for (let turn = 0; turn < 60; turn++) element.scroll(element.top + 1000);
    assert.ok(element.reach.topRow >= rows - whole - 1);
  });
}

test("a hand that never rests is not held up where the bar ends", () => {
  const element = new Element(1_000_000_000);
  element.goTo(500_000);
  const { topRow: at } = element.reach;
  for (let turn = 0; turn < 10_000; turn++) element.scroll(element.top - 1000);
  const passed = (at - element.reach.topRow) * ROW;
  assert.ok(passed > 9_900_000 && passed <= 10_000_000, `${passed} pixels`);
});

test("a row is revealed by the smallest way, whole", () => {
  const element = new Element(1000);
  const shown = (row) => {
    element.reach.revealRow(row);
    element.rest();
    return element.top;
  };
  assert.deepEqual([shown(5), shown(10), shown(11), shown(10), shown(0)], [0, 8, 36, 36, 0]);
});

test("fewer rows end where they end", () => {
  const element = new Element(1000);
  element.goTo(900);
  element.reach.resize(500, VIEW);
  element.rest();
  assert.equal(element.reach.visibleRows.to, 500);
});
