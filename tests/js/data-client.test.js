import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { LruCache } from "../../assets/explore/lru-cache.js";
import { DataClient, RequestFailedError, DatasetGoneError, SupersededError, RightsChangedError, SignedOutError } from "../../assets/explore/data-client.js";
import { FrameLoop } from "../../assets/explore/frame-loop.js";
import { ResponseSlot } from "../../assets/explore/cubes/response-slot.js";
import { createCubeRequest, cubesUrl, createGhostRequest, createPlainRequest } from "../../assets/explore/requests.js";

/** An empty frame as docs/wire.md lays it out. */
function frame() {
  const header = new TextEncoder().encode(JSON.stringify({ version: "ab", rows: 0, active: null, views: [] }).padEnd(64));
  const bytes = new Uint8Array(8 + header.length);
  bytes.set(new TextEncoder().encode("DXC1"));
  new DataView(bytes.buffer).setUint32(4, header.length, true);
  bytes.set(header, 8);
  return bytes.buffer;
}

/** A server whose answers come when the test says so. */
function server() {
  const asked = [];
  const get = (url, { signal, headers }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      asked.push({ url, headers, answer: (status = 200, body = frame(), sent = {}) => resolve(new Response(body, { status, headers: sent })) });
    });
  return { asked, client: new DataClient("tab", get) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a newer request of the same purpose ends the older one", async () => {
  const { asked, client } = server();
  const older = assert.rejects(client.fetchFrame("/a", "activation"), SupersededError);
  const newer = client.fetchFrame("/b", "activation");
  asked[1].answer();
  await older;
  assert.equal((await newer).version, "ab");
  assert.deepEqual(asked.map(({ headers }) => headers["X-Flight"]), ["tab/activation/1", "tab/activation/2"]);
});

test("a frame is fetched once", async () => {
  const { asked, client } = server();
  const first = client.fetchFrame("/a", "plain");
  asked[0].answer();
  assert.equal(await first, await client.fetchFrame("/a", "plain"));
  assert.equal(asked.length, 1);
});

test("what went wrong is told apart", async () => {
  const answers = [[401, SignedOutError], [409, SupersededError], [500, RequestFailedError], [404, DatasetGoneError], [403, DatasetGoneError]];
  for (const [status, kind] of answers) {
    const { asked, client } = server();
    const outcome = assert.rejects(client.fetchFrame("/a", "plain"), kind);
    asked[0].answer(status, "{}");
    await outcome;
  }
  const offline = new DataClient("tab", () => Promise.reject(new TypeError("network")));
  await assert.rejects(offline.fetchFrame("/a", "plain"), /Can't reach the server/);
});

test("changed rights are told apart from a newer request", async () => {
  const { asked, client } = server();
  const outcome = assert.rejects(client.fetchFrame("/a", "plain"), RightsChangedError);
  asked[0].answer(409, JSON.stringify({ error: { code: "rights-changed" } }));
  await outcome;
});

test("the server's own words reach the person", async () => {
  const { asked, client } = server();
  const outcome = assert.rejects(client.fetchFrame("/a", "plain"), /no column 'foo'/);
  asked[0].answer(400, JSON.stringify({ error: { message: "Flights has no column 'foo'" } }));
  await outcome;
});

test("a request that the server refuses as too many is made again when the server says", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { asked, client } = server();
  const fetched = client.fetchFrame("/a", "plain");
  for (const [tries, seconds] of [[1, 2], [2, 1]]) {
    asked[tries - 1].answer(429, "{}", { "Retry-After": String(seconds) });
    await settle();
    mock.timers.tick(seconds * 1000 - 1);
    await settle();
    assert.equal(asked.length, tries);
    mock.timers.tick(1);
    await settle();
    assert.equal(asked.length, tries + 1);
  }
  asked[2].answer();
  assert.equal((await fetched).version, "ab");
  assert.deepEqual(asked.map(({ headers }) => headers["X-Flight"]), Array(3).fill("tab/plain/1"));
});

test("a newer request ends the wait of one that was refused as too many", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { asked, client } = server();
  const older = assert.rejects(client.fetchFrame("/a", "plain"), SupersededError);
  asked[0].answer(429, "{}", { "Retry-After": "1" });
  await settle();
  const newer = client.fetchFrame("/b", "plain");
  await older;
  mock.timers.tick(1000);
  asked[1].answer();
  await newer;
  assert.equal(asked.length, 2);
});

test("a layer installs only the answer to its last wish", async () => {
  const { asked, client } = server();
  const installed = [];
  const failures = [];
  const slot = new ResponseSlot(client, "activation", () => installed.push(slot.heldUrl), (error) => failures.push(error));
  slot.requestUrl("/a");
  slot.requestUrl("/b");
  slot.requestUrl("/a");
  asked[2].answer();
  await settle();
  await settle();
  assert.deepEqual([installed, failures, asked.length], [["/a"], [], 3]);
  slot.requestUrl("/b");
  slot.requestUrl("/a");
  assert.deepEqual(installed, ["/a", "/a"]);
  asked[3].answer();
  await settle();
  assert.deepEqual([slot.heldUrl, installed.length], ["/a", 2]);
});

test("a wish that failed can be made again", async () => {
  const { asked, client } = server();
  const failures = [];
  const slot = new ResponseSlot(client, "plain", () => {}, (error) => failures.push(error.message));
  slot.requestUrl("/a");
  asked[0].answer(500, "{}");
  await settle();
  await settle();
  slot.requestUrl("/a");
  assert.deepEqual([failures.length, asked.length], [1, 2]);
});

test("the cache keeps what was used last within its bound", () => {
  const cache = new LruCache(10);
  cache.set("a", 1, 4);
  cache.set("b", 2, 4);
  cache.get("a");
  cache.set("c", 3, 4);
  assert.deepEqual([cache.get("a"), cache.get("b"), cache.get("c")], [1, undefined, 3]);
  cache.set("huge", 4, 99);
  assert.deepEqual([cache.get("a"), cache.get("huge")], [undefined, 4]);
});

test("so many are kept whatever their size", () => {
  const cache = new LruCache(10, 2);
  for (const key of ["a", "b", "c"]) cache.set(key, key, 99);
  assert.deepEqual([cache.get("a"), cache.get("b"), cache.get("c")], [undefined, "b", "c"]);
});

test("work asked for many times is done once a frame", () => {
  const ticks = [];
  let done = 0;
  const loop = new FrameLoop(() => (done += 1), (tick) => ticks.push(tick));
  loop.requestFrame();
  loop.requestFrame();
  ticks[0]();
  loop.requestFrame();
  assert.deepEqual([done, ticks.length], [1, 2]);
});

test("work asked for from within a frame can be done in it", () => {
  const ticks = [];
  let done = 0;
  const loop = new FrameLoop(() => (done += 1), (tick) => ticks.push(tick));
  loop.flush();
  loop.requestFrame();
  loop.flush();
  assert.deepEqual([done, ticks.length], [1, 1]);
  ticks[0]();
  assert.equal(done, 1);
});

test("cubes are asked without the active view's own filter, and equal states have one address", () => {
  const view = (id) => ({ id, columns: [], scales: [], bins: [], measure: { aggregate: "count", column: null }, title: "T", width: 3, height: 1 });
  const interval = { type: "interval", lo: 0, hi: 1, nulls: false };
  const exploration = (filters) => ({ v: 1, dataset: "flights", version: "ab", views: [view("a"), view("b")], filters, active: null });
  const brushed = exploration({ b: interval, a: interval });
  assert.deepEqual(createCubeRequest(brushed, "a", "coarse").filters, { b: interval });
  assert.deepEqual(createGhostRequest(brushed).filters, {});
  const url = (state) => cubesUrl({ slug: "flights", version: "ab", rights: "all" }, createPlainRequest(state));
  assert.equal(url(brushed), url(exploration({ a: interval, b: interval })));
  assert.doesNotMatch(url(brushed), /title|width/);
  assert.match(url(brushed), /cubes\?frame=DXC1&r=all&x=/);
});
