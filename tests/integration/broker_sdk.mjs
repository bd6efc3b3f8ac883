// The broker, asked by Ably's JavaScript SDK in the format of FORMAT; test_broker_js.py starts both.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import * as Ably from "ably";

const { PORT, KEY, FORMAT } = process.env;
const common = {
  endpoint: "127.0.0.1", port: Number(PORT), tls: false, useBinaryProtocol: FORMAT === "msgpack",
  transports: ["web_socket"], disableConnectivityCheck: true, disconnectedRetryTimeout: 100, logLevel: 0,
};
const owner = new Ably.Rest({ ...common, key: KEY });
let number = 0;
const fresh = () => `room ${FORMAT}/${(number += 1)}`;

const signed = (clientId, capability) => async (_params, done) =>
  done(null, await owner.auth.createTokenRequest({ clientId, capability: capability && JSON.stringify(capability) }));

/** A connected client, closed at the end of the test. */
async function client(t, options = {}) {
  const made = new Ably.Realtime({ ...common, authCallback: signed("ada"), ...options });
  t.after(() => made.close());
  await made.connection.once("connected");
  return made;
}

/** What arrives on a channel, and a promise of so many. */
async function follow(channel) {
  const got = [];
  const arrived = new EventTarget();
  await channel.subscribe((message) => {
    got.push(message);
    arrived.dispatchEvent(new Event("one"));
  });
  const until = async (many) => {
    while (got.length < many) await once(arrived, "one");
    return got;
  };
  return { got, until };
}

const refusal = (code) => (error) => error.code === code || assert.fail(`${error.code}: ${error.message}`);

test("messages of all kinds arrive in both formats", async (t) => {
  const name = fresh();
  const ada = await client(t);
  const bob = await client(t, { authCallback: signed("bob"), useBinaryProtocol: !common.useBinaryProtocol });
  const { until } = await follow(bob.channels.get(name));
  const channel = ada.channels.get(name);
  const { serials } = await channel.publish("words", "ä😀");
  await channel.publish("map", { rev: 1, deep: [null, true, 1.5] });
  await channel.publish("bytes", new Uint8Array([0, 1, 255]).buffer);
  await channel.publish([{ name: "a", data: "1" }, { name: "b", data: "2" }]);
  await channel.publish({ name: "extras", data: "x", extras: { headers: { source: "test" } } });
  const [words, map, bytes, a, b, extras] = await until(6);
  assert.equal(words.data, "ä😀");
  assert.deepEqual([words.clientId, words.serial], ["ada", serials[0]]);
  assert.deepEqual(map.data, { rev: 1, deep: [null, true, 1.5] });
  assert.deepEqual([...new Uint8Array(bytes.data)], [0, 1, 255]);
  assert.deepEqual([a.data, b.data], ["1", "2"]);
  assert.deepEqual(extras.extras, { headers: { source: "test" } });
});

test("one who wants no echo hears others only", async (t) => {
  const name = fresh();
  const deaf = await client(t, { echoMessages: false });
  const other = await client(t);
  const { until, got } = await follow(deaf.channels.get(name));
  await deaf.channels.get(name).publish("by", "deaf");
  await other.channels.get(name).publish("by", "other");
  await until(1);
  assert.deepEqual(got.map(({ data }) => data), ["other"]);
});

test("a late one gets the state back by rewind", async (t) => {
  const name = fresh();
  const ada = await client(t);
  for (const rev of [1, 2, 3]) await ada.channels.get(name).publish("state", rev.toString());
  const late = await client(t);
  const channel = late.channels.get(name, { params: { rewind: "1" } });
  const { until } = await follow(channel);
  assert.equal((await until(1))[0].data, "3");
  assert.deepEqual(channel.params, { rewind: "1" });
});

test("modes and a change of them on an attached channel", async (t) => {
  const name = fresh();
  const ada = await client(t);
  const channel = ada.channels.get(name, { modes: ["SUBSCRIBE"] });
  await channel.attach();
  assert.deepEqual(channel.modes, ["subscribe"]);
  await assert.rejects(channel.publish("n", "1"), refusal(40160));
  await channel.setOptions({ modes: ["SUBSCRIBE", "PUBLISH"] });
  await channel.publish("n", "1");
  await channel.detach();
  assert.equal(channel.state, "detached");
});

test("history: pages, directions, and up to the moment of attaching", async (t) => {
  const name = fresh();
  const ada = await client(t);
  const channel = ada.channels.get(name);
  for (let n = 0; n < 5; n += 1) await channel.publish("n", n.toString());
  const bob = await client(t);
  const own = bob.channels.get(name);
  await own.attach();
  await channel.publish("n", "5");
  const before = await own.history({ untilAttach: true, limit: 3 });
  assert.deepEqual(before.items.map(({ data }) => data), ["4", "3", "2"]);
  const rest = await before.next();
  assert.deepEqual(rest.items.map(({ data }) => data), ["1", "0"]);
  assert.equal(rest.hasNext(), false);
  const forwards = await owner.channels.get(name).history({ direction: "forwards", limit: 2 });
  assert.deepEqual(forwards.items.map(({ data }) => data), ["0", "1"]);
  assert.deepEqual((await forwards.next()).items.map(({ data }) => data), ["2", "3"]);
});

test("presence: who is there, who comes, changes and goes", async (t) => {
  const name = fresh();
  const ada = await client(t);
  const bob = await client(t, { authCallback: signed("bob") });
  const events = [];
  const presence = bob.channels.get(name).presence;
  await presence.subscribe(({ action, clientId, data }) => events.push([action, clientId, data]));
  const mine = ada.channels.get(name).presence;
  const entered = new Promise((resolve) => presence.subscribe("enter", resolve));
  await mine.enter({ role: "presenter" });
  await entered;
  const [there] = await presence.get();
  assert.deepEqual([there.clientId, there.data], ["ada", { role: "presenter" }]);
  await mine.update("busy");
  const left = new Promise((resolve) => presence.subscribe("leave", resolve));
  await mine.leave();
  await left;
  assert.deepEqual(events.map(([action]) => action), ["enter", "update", "leave"]);
  const history = await presence.history({ direction: "forwards" });
  assert.deepEqual(history.items.map(({ action }) => action), ["enter", "update", "leave"]);
  assert.deepEqual((await owner.channels.get(name).presence.get()).items, []);
});

test("after a broken socket nothing is lost or doubled, and members stay", async (t) => {
  const name = fresh();
  const ada = await client(t);
  const bob = await client(t, { authCallback: signed("bob") });
  const { until } = await follow(bob.channels.get(name));
  await ada.channels.get(name).presence.enter();
  const before = bob.connection.id;
  for (let n = 0; n < 40; n += 1) {
    if (n % 20 === 10)
      for (const one of [ada, bob]) one.connection.connectionManager.activeProtocol?.transport?.wsConnection?.terminate();
    await ada.channels.get(name).publish("n", n.toString());
  }
  const got = await until(40);
  await ada.channels.get(name).publish("n", "last");
  await until(41);
  assert.deepEqual(got.map(({ data }) => data), [...Array(40).keys()].map(String).concat("last"));
  assert.equal(bob.connection.id, before);
  assert.deepEqual((await bob.channels.get(name).presence.get()).map(({ clientId }) => clientId), ["ada"]);
});

test("a viewer may look and no more", async (t) => {
  const eve = await client(t, { authCallback: signed("eve", { "live:*": ["subscribe", "history"] }) });
  const channel = eve.channels.get("live:1");
  await channel.attach();
  assert.deepEqual([...channel.modes].sort(), ["presence_subscribe", "subscribe"]);
  await assert.rejects(channel.publish("n", "1"), refusal(40160));
  await assert.rejects(channel.presence.enter(), refusal(40160));
  await assert.rejects(eve.channels.get("other").attach(), refusal(40160));
  assert.deepEqual((await channel.history()).items, []);
});

test("rights are changed on the open socket", async (t) => {
  const [one, other] = [fresh(), fresh()];
  const rights = [{ [one]: ["*"], [other]: ["*"] }, { [other]: ["*"] }];
  const ada = await client(t, { authCallback: (params, done) => signed("ada", rights.shift())(params, done) });
  const { id } = ada.connection;
  await ada.channels.get(one).attach();
  await ada.channels.get(other).attach();
  const failed = ada.channels.get(one).whenState("failed");
  await ada.auth.authorize();
  await failed;
  assert.equal(ada.channels.get(one).errorReason.code, 40160);
  await ada.channels.get(other).publish("n", "1");
  assert.equal(ada.connection.id, id);
});

test("revoked tokens end their sockets", async (t) => {
  const eve = await client(t, { authCallback: signed("eve") });
  const gone = eve.connection.once("disconnected");
  const auth = { authorization: `Basic ${Buffer.from(KEY).toString("base64")}`, "content-type": "application/json" };
  const address = `http://127.0.0.1:${PORT}/keys/${KEY.split(":")[0]}/revokeTokens`;
  const body = JSON.stringify({ targets: ["clientId:eve"], issuedBefore: Date.now() });
  const answer = await fetch(address, { method: "POST", headers: auth, body });
  assert.equal((await answer.json()).results[0].target, "clientId:eve");
  assert.equal((await gone).reason.code, 40141);
});

test("REST: publishing, once an id, the time and what goes on on a channel", async (t) => {
  const name = fresh();
  const ada = await client(t);
  const { until, got } = await follow(ada.channels.get(name));
  await owner.channels.get(name).publish({ id: "mine:0", name: "n", data: "once" });
  await owner.channels.get(name).publish({ id: "mine:0", name: "n", data: "once" });
  await owner.channels.get(name).publish("n", new Uint8Array([7]).buffer);
  await until(2);
  assert.equal(got[0].data, "once");
  assert.deepEqual([...new Uint8Array(got[1].data)], [7]);
  assert.ok(Math.abs((await owner.time()) - Date.now()) < 5000);
  const { status } = await owner.channels.get(name).status();
  assert.deepEqual([status.isActive, status.occupancy.metrics.subscribers], [true, 1]);
});

test("a signed request is good for one token", async () => {
  const request = await owner.auth.createTokenRequest({ clientId: "ada" });
  const details = await owner.auth.requestToken(null, { authCallback: (_params, done) => done(null, request) });
  assert.equal(details.clientId, "ada");
  const again = owner.auth.requestToken(null, { authCallback: (_params, done) => done(null, request) });
  await assert.rejects(again, refusal(40105));
  const forged = { ...(await owner.auth.createTokenRequest({ clientId: "ada" })), clientId: "eve" };
  await assert.rejects(
    owner.auth.requestToken(null, { authCallback: (_params, done) => done(null, forged) }), refusal(40101),
  );
});

test("encrypted channels: the broker sees ciphertext only", async (t) => {
  const name = fresh();
  const cipher = { cipher: { key: await Ably.Realtime.Crypto.generateRandomKey(256) } };
  const ada = await client(t);
  const bob = await client(t);
  const { until } = await follow(bob.channels.get(name, cipher));
  await ada.channels.get(name, cipher).publish("n", { secret: 42 });
  assert.deepEqual((await until(1))[0].data, { secret: 42 });
  const [kept] = (await owner.channels.get(name).history()).items;
  assert.match(kept.encoding, /cipher/);
});
