/**
 * The one connection of this tab, by Ably's SDK: to the broker at our own address, or to Ably's cloud.
 * @import { Status } from "./types.js"
 */
import { BaseRealtime, Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport } from "../vendor/live/ably.js";
import { ask } from "../explore/api.js";
import { personOf } from "./roster.js";

/** @typedef {ReturnType<BaseRealtime["channels"]["get"]>} Channel */

/** Before it asks its vendor's servers whether sockets get through at all, milliseconds: they are not ours to ask. */
const NEVER = 2 ** 31 - 1;

/** What the person is told of each state of the connection. @type {Record<string, Status>} */
const STATUS = { initialized: "reconnecting", connecting: "reconnecting", connected: "live", disconnected: "reconnecting" };

/** @typedef {{ token: string, clientId: string, realtime: { endpoint?: string, cipher?: string, deliveries: number } }} Entry */

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
 * @returns {BaseRealtime}
 */
export function connect(endpoint, token, url) {
  return new BaseRealtime(/** @type {any} */ ({
    ...place(endpoint),
    token,
    authCallback: (/** @type {unknown} */ _, /** @type {any} */ done) => void renewed(url, done),
    plugins: { Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport },
    transports: ["web_socket"],
    disableConnectivityCheck: true,
    webSocketSlowTimeout: NEVER,
    useBinaryProtocol: false,
    echoMessages: false,
    logLevel: 0,
  }));
}

/** @param {string} url @param {(problem: any, token: any) => void} done */
async function renewed(url, done) {
  try {
    const { token } = await ask("POST", url);
    done(token ? null : REFUSED, token);
  } catch (error) {
    done({ ...REFUSED, message: /** @type {Error} */ (error).message }, null);
  }
}

/** Who attaches is sent the last message. */
const REWIND = { rewind: "1" };

export class Connection {
  /** Channels that have their options. @type {Set<string>} */ #known = new Set();
  /** @type {Status} */ status = "reconnecting";

  /** @param {string} key of the live session @param {(status: Status) => void} onStatus */
  static async open(key, onStatus) {
    const first = await ask("POST", `/api/live/${key}/token`);
    return new Connection(key, first, onStatus);
  }

  /**
   * @param {string} key @param {Entry} first
   * @param {(status: Status) => void} onStatus
   */
  constructor(key, first, onStatus) {
    this.key = key;
    this.me = personOf(first.clientId);
    this.place = first.realtime;
    this.client = connect(first.realtime.endpoint, first.token, `/api/live/${key}/token`);
    this.client.connection.on(({ current }) => {
      this.status = STATUS[current] ?? "offline";
      onStatus(this.status);
    });
  }

  /**
   * A channel of the session: what the service says, the states committed, or what moves.
   * @param {"" | ":state" | ":brush"} part @returns {Channel}
   */
  channel(part) {
    const name = `live:${this.key}${part}`;
    if (this.#known.has(part)) return this.client.channels.get(name);
    this.#known.add(part);
    return this.client.channels.get(name, { ...this.#options, params: part === ":state" ? REWIND : {} });
  }

  /** Takes up the rights of another role: a channel keeps those that it was attached with. @param {boolean} presents */
  async renew(presents) {
    await this.client.auth.authorize();
    const modes = /** @type {any} */ (presents ? ["SUBSCRIBE", "PUBLISH"] : ["SUBSCRIBE"]);
    await this.channel(":state").setOptions({ ...this.#options, params: REWIND, modes });
    await this.channel(":brush").setOptions({ ...this.#options, modes });
  }

  get #options() {
    return this.place.cipher ? { cipher: { key: this.place.cipher } } : {};
  }

  close() {
    this.client.close();
  }
}
