/**
 * The one connection of this tab, by Ably's SDK: to the broker at our own address, or to Ably's cloud.
 * @import { Person, Place, Status } from "./types.js"
 */
import { BaseRealtime, Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport } from "../vendor/live/ably.js";
import { ask } from "../explore/api.js";
import { personOf } from "./roster.js";

/** As whom the service says again what somebody with other rights presents. */
const SERVICE = "dataxchange";

/** @typedef {ReturnType<BaseRealtime["channels"]["get"]>} Channel */

/** Before it asks its vendor's servers whether sockets get through at all, milliseconds: they are not ours to ask. */
const NEVER = 2 ** 31 - 1;

/** What the person is told of each state of the connection. @type {Record<string, Status>} */
const STATUS = { initialized: "reconnecting", connecting: "reconnecting", connected: "live", disconnected: "reconnecting" };

/** @typedef {{ token: string, clientId: string, realtime: Place }} Entry */

/** Where to connect: nothing said, to the broker that shares our address. @param {string | undefined} endpoint */
function place(endpoint) {
  if (endpoint) return { endpoint };
  const { hostname, port, protocol } = location;
  const own = { tls: protocol === "https:", port: Number(port) || 80, tlsPort: Number(port) || 443 };
  const named = hostname.includes(".") || hostname === "localhost";
  return named ? { ...own, endpoint: hostname } : { ...own, realtimeHost: hostname, restHost: hostname };
}

/** What Ably's SDK takes for a lasting no. */
const REFUSED = { name: "refused", code: 40300, statusCode: 403 };

/**
 * @param {string | undefined} endpoint @param {string} token the first @param {string} url that gives the next ones
 * @param {(answer: any) => void} [onAnswer] told what came with each of those
 * @returns {BaseRealtime}
 */
export function connect(endpoint, token, url, onAnswer = () => {}) {
  return new BaseRealtime(/** @type {any} */ ({
    ...place(endpoint),
    token,
    authCallback: (/** @type {unknown} */ _, /** @type {any} */ done) => void renewed(url, onAnswer, done),
    plugins: { Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport },
    transports: ["web_socket"],
    disableConnectivityCheck: true,
    webSocketSlowTimeout: NEVER,
    useBinaryProtocol: false,
    echoMessages: false,
    logLevel: 0,
  }));
}

/** @param {string} url @param {(answer: any) => void} onAnswer @param {(problem: any, token: any) => void} done */
async function renewed(url, onAnswer, done) {
  try {
    const answer = await ask("POST", url);
    if (answer.token) onAnswer(answer);
    done(answer.token ? null : REFUSED, answer.token);
  } catch (error) {
    done({ ...REFUSED, message: /** @type {Error} */ (error).message }, null);
  }
}

/** Who attaches is sent the last message. */
const REWIND = { rewind: "1" };

export class Connection {
  /** Channels that have their options. @type {Set<string>} */ #known = new Set();
  /** @type {Status} */ status = "reconnecting";

  /**
   * @param {string} key of the live session @param {() => void} onStatus
   * @param {(place: Place) => void} onPlace told where to be, with each token
   */
  static async open(key, onStatus, onPlace) {
    const first = await ask("POST", `/api/live/${key}/token`);
    onPlace(first.realtime);
    return new Connection(key, first, onStatus, onPlace);
  }

  /**
   * @param {string} key @param {Entry} first
   * @param {() => void} onStatus @param {(place: Place) => void} onPlace
   */
  constructor(key, first, onStatus, onPlace) {
    this.key = key;
    this.me = personOf(first.clientId);
    this.place = first.realtime;
    const url = `/api/live/${key}/token`;
    this.client = connect(first.realtime.endpoint, first.token, url, ({ realtime }) => onPlace(realtime));
    this.client.connection.on(({ current }) => {
      this.status = STATUS[current] ?? "offline";
      onStatus();
    });
  }

  /**
   * A channel of the session: what the service says, the states committed, or what moves.
   * @param {"control" | "state" | "brush"} part @returns {Channel}
   */
  channel(part) {
    const name = this.place.channels[part];
    if (this.#known.has(part)) return this.client.channels.get(name);
    this.#known.add(part);
    return this.client.channels.get(name, { ...this.#options, params: part === "state" ? REWIND : {} });
  }

  /** Takes up the rights of another role: a channel keeps those that it was attached with. @param {boolean} presents */
  async renew(presents) {
    await this.client.auth.authorize();
    const modes = /** @type {any} */ (presents ? ["SUBSCRIBE", "PUBLISH"] : ["SUBSCRIBE"]);
    await this.channel("state").setOptions({ ...this.#options, params: REWIND, modes });
    await this.channel("brush").setOptions({ ...this.#options, modes });
  }

  get #options() {
    return this.place.cipher ? { cipher: { key: this.place.cipher } } : {};
  }

  /** Whether a message counts: it is of the service, or of who presents. @param {string} clientId @param {Person} [presenter] */
  static trusts(clientId, presenter) {
    return clientId === SERVICE || personOf(clientId).id === presenter?.id;
  }

  close() {
    this.client.close();
  }
}
