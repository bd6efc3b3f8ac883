import assert from "node:assert/strict";
import { test } from "node:test";
import { BATCH_SIZE, RowBatches, listBatches, createRowsQuery } from "../../assets/explore/table/row-batches.js";
import { SupersededError } from "../../assets/explore/data-client.js";
import { csvUrl, createTableRequest, tableUrl } from "../../assets/explore/requests.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A server whose responses come when the test says so; each lane knows its newest request only. */
function server() {
  const asked = [];
  const flights = new Map();
  const rows = (url, flight) =>
    new Promise((resolve, reject) => {
      flights.get(flight)?.(new SupersededError());
      flights.set(flight, reject);
      const [name, offset] = url.split(" ");
      const values = (total, text) => Array.from({ length: Math.min(BATCH_SIZE, Math.max(0, total - offset)) }, (_, i) => [`${name}${Number(offset) + i}${text}`]);
      asked.push({ url, answer: (total = 1000, text = "") => resolve({ total, rows: values(total, text) }), fail: reject });
    });
  return { client: { fetchRows: rows }, asked };
}

const order = (name, rows = 5000) => ({ key: `${rows} ${name}`, request: name, rows, url: (offset) => `${name} ${offset}` });

function open() {
  const { client, asked } = server();
  const told = [];
  const batches = new RowBatches(client, {
    onReplaced: (_, before) => told.push(before ? `instead of ${before.request}` : "first"),
    onLoaded: () => told.push("more"),
    onFailure: ({ message }) => told.push(message),
  });
  return { batches, asked, told, urls: () => asked.map(({ url }) => url) };
}

test("rows lie in batches", () => {
  assert.deepEqual(listBatches(0, 30), [0]);
  assert.deepEqual(listBatches(190, 210), [0, 1]);
  assert.deepEqual(listBatches(400, 400), []);
});

test("the batch that is looked at comes first, then those beside it", async () => {
  const { batches, asked, told, urls } = open();
  batches.requestRows(order("a"), 450);
  batches.loadAround(450, 470);
  assert.deepEqual(urls(), ["a 400"]);
  asked[0].answer();
  await settle();
  assert.deepEqual([told, batches.total, batches.getRow(455), batches.getRow(0)], [["first"], 1000, ["a455"], undefined]);
  batches.loadAround(450, 470);
  batches.loadAround(450, 471);
  assert.deepEqual(urls().slice(1), ["a 600", "a 200"]);
});

test("what is beyond the ends is not asked for", async () => {
  const { batches, asked, urls } = open();
  batches.requestRows(order("a"), 0);
  asked[0].answer(150);
  await settle();
  batches.loadAround(0, 150);
  assert.deepEqual(urls(), ["a 0"]);
});

test("the rows that are shown stay until others are here; only the last that were wanted are shown", async () => {
  const { batches, asked, told } = open();
  batches.requestRows(order("a"), 0);
  asked[0].answer();
  await settle();
  batches.requestRows(order("b"), 0);
  batches.requestRows(order("c"), 0);
  assert.deepEqual([batches.getRow(3), batches.isCurrent], [["a3"], false]);
  batches.loadAround(0, 20);
  asked[1].answer();
  await settle();
  assert.deepEqual(batches.getRow(3), ["a3"]);
  asked[2].answer(7);
  await settle();
  assert.deepEqual([batches.getRow(3), batches.total, told], [["c3"], 7, ["first", "instead of a"]]);
});

test("others are shown once all of those that are seen are here", async () => {
  const { batches, asked, told, urls } = open();
  batches.requestRows(order("a"), 190, 210);
  assert.deepEqual(urls(), ["a 0", "a 200"]);
  asked[1].answer();
  await settle();
  assert.deepEqual([told, batches.getRow(205)], [[], undefined]);
  asked[0].answer();
  await settle();
  assert.deepEqual([told, batches.getRow(195), batches.getRow(205)], [["first"], ["a195"], ["a205"]]);
});

test("rows that were here before are shown at once", async () => {
  const { batches, asked, told } = open();
  for (const name of ["a", "b"]) {
    batches.requestRows(order(name), 0);
    asked.at(-1).answer();
    await settle();
  }
  batches.requestRows(order("a"), 0);
  assert.deepEqual([batches.getRow(0), asked.length, told.at(-1)], [["a0"], 2, "instead of b"]);
});

test("a jump ends what it has left behind, and goes there", async () => {
  const { batches, asked, told } = open();
  batches.requestRows(order("a", 1e9), 0);
  asked[0].answer(1e9);
  await settle();
  for (const at of [100_000, 200_000, 100_000_000]) batches.loadAround(at, at + 20);
  asked.at(-1).answer(1e9);
  await settle();
  assert.deepEqual([told, batches.getRow(100_000_000)], [["first", "more"], ["a100000000"]]);
});

test("a failure is told once, and nothing is asked for until it is tried again", async () => {
  const { batches, asked, told } = open();
  batches.requestRows(order("a"), 0);
  asked[0].answer();
  await settle();
  batches.loadAround(600, 620);
  asked[1].fail(new Error("no network"));
  await settle();
  batches.loadAround(600, 620);
  batches.loadAround(800, 820);
  assert.deepEqual([told, asked.length], [["first", "no network"], 2]);
  batches.requestRows(order("a"), 600);
  asked[2].answer();
  await settle();
  assert.deepEqual(batches.getRow(600), ["a600"]);
});

/** Goes through so many rows, each of a text of this length; a row is kept or not. */
async function throughRows(count, length) {
  const { batches, asked } = open();
  const text = "x".repeat(length);
  const go = async (at) => {
    batches.loadAround(at, at + 1);
    for (const each of asked.splice(0)) each.answer(count, text);
    await settle();
  };
  batches.requestRows(order("a"), 0);
  for (let at = 0; at < count; at += BATCH_SIZE) await go(at);
  return (index) => batches.getRow(index) !== undefined;
}

test("as many rows are kept as memory is meant for them", async () => {
  const short = await throughRows(30_000, 0);
  assert.deepEqual([short(0), short(29_999)], [true, true]);
  const long = await throughRows(30_000, 1000);
  assert.deepEqual([long(0), long(15_000), long(25_000), long(29_999)], [false, false, true, true]);
});

test("rows of any weight are kept where somebody looks, and beside", async () => {
  const { batches, asked, urls } = open();
  const text = "x".repeat(50_000);
  batches.requestRows(order("a"), 390, 410);
  for (let turn = 0; turn < 6; turn++) {
    for (const each of asked.splice(0)) each.answer(1000, text);
    await settle();
    batches.loadAround(390, 410);
  }
  assert.deepEqual([batches.getRow(0), batches.getRow(399), batches.getRow(400), batches.getRow(999)].map(Boolean), [true, true, true, false]);
  assert.deepEqual(urls(), []);
});

test("the request names what matters to rows: filters, the views they are of, and the order", () => {
  const view = (id) => ({ id, columns: ["delay"], scales: [], bins: [50], measure: { aggregate: "count", column: null }, title: "T", width: 4, height: 2 });
  const filters = { v2: { type: "nulls" } };
  const exploration = { views: [view("v1"), view("v2")], filters, active: "v2", table: { sort: "delay", descending: true, at: 900 } };
  const request = createTableRequest(exploration);
  assert.deepEqual([request.views.map(({ id }) => id), request.filters, request.sort, request.descending], [["v2"], filters, "delay", true]);
  const description = { slug: "my trips", version: "ab", rights: "all", rows: 70, grows: true };
  const url = new URL(tableUrl(description, { ...request, offset: 200, limit: 200 }), "http://here");
  assert.equal(url.pathname, "/api/datasets/my%20trips/versions/ab/rows");
  assert.deepEqual([url.searchParams.get("r"), url.searchParams.get("rows")], ["all", "70"]);
  const { offset, limit } = JSON.parse(url.searchParams.get("x"));
  assert.deepEqual([offset, limit], [200, 200]);
});

test("rows that arrive later are asked for by another order", () => {
  const description = { slug: "a", version: "b", rights: "c", rows: 70, grows: true };
  const before = createRowsQuery(description, createTableRequest({ views: [], filters: {} }));
  description.rows = 90;
  const after = createRowsQuery(description, createTableRequest({ views: [], filters: {} }));
  assert.deepEqual([before.request === after.request, before.key === after.key], [true, false]);
  const states = [before, after].map(({ url }) => new URL(url(0, 10), "http://here").searchParams.get("rows"));
  assert.deepEqual(states, ["70", "90"]);
});

test("a file of rows is sorted as they are, where the service sorts so many", () => {
  const request = { views: [], filters: {}, sort: "delay", descending: true };
  const asked = (total) => JSON.parse(new URL(csvUrl({ slug: "a", version: "b", rights: "c" }, request, total), "http://here").searchParams.get("x"));
  assert.deepEqual([asked(1_048_576).sort, asked(1_048_576).descending], ["delay", true]);
  assert.deepEqual([asked(1_048_577).sort, asked(1_048_577).descending], [null, false]);
});

test("a batch whose rows don't fit into one response is fetched in parts", async () => {
  const asked = [];
  const client = {
    fetchRows: async (url) => {
      asked.push(url);
      const [offset, limit] = url.split(" ").map(Number);
      return { total: 250, rows: Array.from({ length: Math.min(90, limit) }, (_, i) => [offset + i]) };
    },
  };
  const batches = new RowBatches(client, { onReplaced: () => {}, onLoaded: () => {}, onFailure: () => {} });
  batches.requestRows({ ...order("a"), url: (offset, limit) => `${offset} ${limit}` }, 0);
  await settle();
  assert.deepEqual(asked, ["0 200", "90 110", "180 20"]);
  assert.deepEqual(Array.from({ length: BATCH_SIZE }, (_, i) => batches.getRow(i)), Array.from({ length: BATCH_SIZE }, (_, i) => [i]));
});
