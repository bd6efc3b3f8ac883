import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, { location: { hostname: "data.example", port: "8050", protocol: "http:" } });
const sockets = [];
/** A socket that never opens. */
globalThis.WebSocket = class {
  constructor(url) {
    sockets.push(String(url));
  }
  close() {}
};
const { GrowthListener, listenForGrowth } = await import("../../assets/live/growth-listener.js");

/** A page of version ab, and what it was told. */
function page() {
  const told = [];
  return { told, opened: { description: { slug: "my trips", version: "ab" } }, liveUpdates: { notifyRows: (rows) => told.push(rows) } };
}

/** Lets the service answer like this; who was asked. */
function answering(answer) {
  const asked = [];
  globalThis.fetch = async (url, { method }) => {
    asked.push(`${method} ${url}`);
    return new Response(JSON.stringify(await answer), { headers: { "Content-Type": "application/json" } });
  };
  return asked;
}

test("a page is told of rows of its own version", async () => {
  let say;
  const own = page();
  await listenForGrowth({ subscribe: async (name, hear) => (say = (data) => hear({ name, data })) }, own);
  say({ version: "ab", rows: 120, at: 1, rate: 4 });
  say({ version: "cd", rows: 900, at: 2, rate: 4 });
  assert.deepEqual(own.told, [{ version: "ab", rows: 120, at: 1, rate: 4 }]);
});

test("whoever may not hear anything opens no connection", async () => {
  const asked = answering({ token: null, clientId: null, channel: null, endpoint: null });
  await new GrowthListener(page()).start();
  assert.deepEqual(asked, ["POST /api/datasets/my%20trips/token"]);
  assert.deepEqual(sockets, []);
});

test("a page that is left before the answer opens none either", async () => {
  answering(new Promise((resolve) => setTimeout(() => resolve({ token: "a.b.c", channel: "grown:trips" }), 5)));
  const heard = new GrowthListener(page());
  const starting = heard.start();
  heard.destroy();
  await starting;
  assert.deepEqual(sockets, []);
});

test("what fails leaves the page to ask now and then", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("no network");
  };
  await new GrowthListener(page()).start();
  assert.deepEqual(sockets, []);
});

test("whoever may hear connects to the service's own address", async () => {
  answering({ token: "a.b.c", clientId: "1 ada", channel: "grown:trips", endpoint: null });
  const heard = new GrowthListener(page());
  heard.start().catch(() => {});
  while (!sockets.length) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.match(sockets[0], /^ws:\/\/data\.example:8050\//);
  heard.destroy();
});
