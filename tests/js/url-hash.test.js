import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHash } from "../../assets/explore/url-hash.js";
import { RISON } from "../../assets/vendor/library.js";

const view = { id: "v1", columns: ["delay"], scales: [{ type: "linear", domain: null, top: null }], bins: [50], measure: { aggregate: "count", column: null }, title: "A & B #1 'x'+y", width: 4, height: 2 };
const suggested = { v: 1, dataset: "flights", version: "ab12", views: [view], filters: {}, active: null };
const read = (hash) => RISON.parse(new URLSearchParams(hash.slice(1)).get("x"));

test("the suggested dashboard is short", () => {
  assert.equal(formatHash(suggested, suggested), "#v=1&x=(d:flights,at:ab12)");
});

test("filters and changed views come back as they were", () => {
  const filters = { v1: { type: "members", values: ["O'Hare", "São Paulo", "1", ""], other: false, nulls: true } };
  const changed = { ...suggested, views: [{ ...view, width: 6 }], filters, active: "v1" };
  const { v1 } = filters;
  assert.deepEqual(read(formatHash(changed, suggested)), {
    d: "flights", at: "ab12", on: "v1",
    f: { v1: { type: v1.type, values: v1.values, nulls: true } },
    w: [{ id: "v1", columns: ["delay"], scales: [{ type: "linear" }], bins: [50], title: view.title, width: 6 }],
  });
});

test("what cannot be left out stays", () => {
  const scales = [{ type: "category", domain: null, top: 5 }];
  const measure = { aggregate: "mean", column: "delay" };
  const figure = { ...view, id: "v2", columns: [], scales: [], bins: [], measure, title: null, height: 1 };
  const views = [{ ...view, columns: ["origin"], scales, bins: [null], title: null }, figure];
  const filters = { v1: { type: "interval", lo: 0, hi: null, nulls: false } };
  const { w, f } = read(formatHash({ ...suggested, views, filters }, suggested));
  assert.deepEqual(w[0], { id: "v1", columns: ["origin"], scales: [{ type: "category", top: 5 }], bins: [null] });
  assert.deepEqual(w[1], { id: "v2", measure, height: 1 });
  assert.deepEqual(f.v1, { type: "interval", lo: 0 });
});

test("numbers survive to the last bit", () => {
  const filters = { v1: { type: "interval", lo: -0.1, hi: 978307200000, nulls: false } };
  for (const lo of [-0.1, 0.30000000000000004, 1e-7, 1e21, -5])
    assert.equal(read(formatHash({ ...suggested, filters: { v1: { ...filters.v1, lo } } }, suggested)).f.v1.lo, lo);
});

test("nothing in it would end the hash or be taken for a space", () => {
  const hash = formatHash({ ...suggested, views: [{ ...view, width: 5 }] }, suggested);
  assert.doesNotMatch(hash.slice(1), /[#+\s"<>`]/);
  assert.equal(hash.split("&").length, 2);
});

test("a text is in quotes unless every reader takes it for a word", () => {
  const texts = ["C#", "A+", "<5", "a\nb", "\t", "R&D", "O'Hare #1", "50%", "x!", "[0]", "-", "\0"];
  for (const text of texts) {
    const filters = { v1: { type: "members", values: [text, "São"], other: false, nulls: false } };
    const hash = formatHash({ ...suggested, filters }, suggested);
    assert.deepEqual(read(hash).f.v1.values, [text, "São"]);
    assert.match(decodeURIComponent(hash), /values:!\('(?:![!']|[^!'])*',São\)/);
  }
});

test("an open table is named, with what is not a matter of course", () => {
  const t = (table) => read(formatHash({ ...suggested, table }, suggested)).t;
  assert.equal(t(null), undefined);
  assert.deepEqual(t({ sort: null, descending: false, at: 0 }), {});
  assert.deepEqual(t({ sort: "Delay (min)", descending: true, at: 1200 }), { sort: "Delay (min)", descending: true, at: 1200 });
});

test("what bars are scaled to is named unless it is all rows, and so is the order of bars", () => {
  assert.deepEqual(read(formatHash({ ...suggested, value_axis: "share" }, suggested)), { d: "flights", at: "ab12", y: "share" });
  assert.equal(formatHash({ ...suggested, value_axis: "all" }, suggested), "#v=1&x=(d:flights,at:ab12)");
  const [changed] = read(formatHash({ ...suggested, views: [{ ...view, order: "ascending", value_axis: "selection" }] }, suggested)).w;
  assert.deepEqual([changed.order, changed.value_axis], ["ascending", "selection"]);
});
