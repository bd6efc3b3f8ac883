/**
 * The one realtime connection of this tab, by Ably's SDK: to the embedded broker or to Ably's cloud.
 * @import { LivePerson, ConnectionInfo, ConnectionStatus } from "./types.js"
 */
import { BaseRealtime, Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport } from "../vendor/live/ably.js";
import { callApi } from "../explore/api.js";
import { parseClientId } from "./roster.js";

/** The client id under which the service relays, filtered, what a presenter with other rights sends. */
const SERVICE_CLIENT_ID = "dataxchange";

/** @typedef {ReturnType<BaseRealtime["channels"]["get"]>} Channel */

/** Timeout before the SDK checks connectivity with its vendor's servers, milliseconds: long enough never to. */
const NO_TIMEOUT = 2 ** 31 - 1;

/** The status shown for each state of the connection. @type {Record<string, ConnectionStatus>} */
const STATUS_BY_STATE = { initialized: "reconnecting", connecting: "reconnecting", connected: "live", disconnected: "reconnecting" };

/** @typedef {{ token: string, clientId: string, realtime: ConnectionInfo }} TokenResponse */

/** Where to connect; without an endpoint, to the embedded broker at this address. @param {string | undefined} endpoint */
function getEndpointOptions(endpoint) {
  if (endpoint) return { endpoint };
  const { hostname, port, protocol } = location;
  const own = { tls: protocol === "https:", port: Number(port) || 80, tlsPort: Number(port) || 443 };
  const named = hostname.includes(".") || hostname === "localhost";
  return named ? { ...own, endpoint: hostname } : { ...own, realtimeHost: hostname, restHost: hostname };
}

/** The error that Ably's SDK doesn't retry. */
const REFUSED = { name: "refused", code: 40300, statusCode: 403 };

/**
 * @param {string | undefined} endpoint @param {string} token the first one @param {string} url of the following ones
 * @param {(answer: any) => void} [onAnswer] called with the response of each token request
 * @returns {BaseRealtime}
 */
export function connectToAbly(endpoint, token, url, onAnswer = () => {}) {
  return new BaseRealtime(/** @type {any} */ ({
    ...getEndpointOptions(endpoint),
    token,
    authCallback: (/** @type {unknown} */ _, /** @type {any} */ done) => void renewToken(url, onAnswer, done),
    plugins: { Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport },
    transports: ["web_socket"],
    disableConnectivityCheck: true,
    webSocketSlowTimeout: NO_TIMEOUT,
    useBinaryProtocol: false,
    echoMessages: false,
    logLevel: 0,
  }));
}

/** @param {string} url @param {(answer: any) => void} onAnswer @param {(problem: any, token: any) => void} done */
async function renewToken(url, onAnswer, done) {
  try {
    const answer = await callApi("POST", url);
    if (answer.token) onAnswer(answer);
    done(answer.token ? null : REFUSED, answer.token);
  } catch (error) {
    done({ ...REFUSED, message: /** @type {Error} */ (error).message }, null);
  }
}

/** Channel option: the last message is sent on attach. */
const REWIND = { rewind: "1" };

export class LiveConnection {
  /** Channels whose options have been set. @type {Set<string>} */ #configuredParts = new Set();
  /** @type {ConnectionStatus} */ status = "reconnecting";

  /**
   * @param {string} key of the live session @param {() => void} onStatus
   * @param {(place: ConnectionInfo) => void} onPlace called with the connection info of each token
   */
  static async openConnection(key, onStatus, onPlace) {
    const first = await callApi("POST", `/api/live/${key}/token`);
    onPlace(first.realtime);
    return new LiveConnection(key, first, onStatus, onPlace);
  }

  /**
   * @param {string} key @param {TokenResponse} first
   * @param {() => void} onStatus @param {(place: ConnectionInfo) => void} onPlace
   */
  constructor(key, first, onStatus, onPlace) {
    this.key = key;
    this.me = parseClientId(first.clientId);
    this.connectionInfo = first.realtime;
    const url = `/api/live/${key}/token`;
    this.client = connectToAbly(first.realtime.endpoint, first.token, url, ({ clientId, realtime }) => {
      if (clientId !== first.clientId) location.reload(); // another name: Ably's SDK keeps a client id for good
      onPlace(realtime);
    });
    this.client.connection.on(({ current }) => {
      this.status = STATUS_BY_STATE[current] ?? "offline";
      onStatus();
    });
  }

  /**
   * A channel of the session: messages of the service, committed states, or movements.
   * @param {"control" | "state" | "brush"} part @returns {Channel}
   */
  getChannel(part) {
    const name = this.connectionInfo.channels[part];
    if (this.#configuredParts.has(part)) return this.client.channels.get(name);
    this.#configuredParts.add(part);
    return this.client.channels.get(name, { ...this.#channelOptions, params: part === "state" ? REWIND : {} });
  }

  /** Attaches the channels again with the rights of another role: a channel keeps those it was attached with. @param {boolean} presents */
  async renewRights(presents) {
    await this.client.auth.authorize();
    const modes = /** @type {any} */ (presents ? ["SUBSCRIBE", "PUBLISH"] : ["SUBSCRIBE"]);
    await this.getChannel("state").setOptions({ ...this.#channelOptions, params: REWIND, modes });
    await this.getChannel("brush").setOptions({ ...this.#channelOptions, modes });
  }

  /** The channel on which the service announces new rows, if the user may subscribe to it. @returns {Channel | null} */
  get growthChannel() {
    const { grown } = this.connectionInfo.channels;
    return grown === null ? null : this.client.channels.get(grown);
  }

  get #channelOptions() {
    return this.connectionInfo.cipher ? { cipher: { key: this.connectionInfo.cipher } } : {};
  }

  /** Whether a message is trusted: it comes from the service or the presenter. @param {string} clientId @param {LivePerson} [presenter] */
  static isTrustedSender(clientId, presenter) {
    return clientId === SERVICE_CLIENT_ID || parseClientId(clientId).id === presenter?.id;
  }

  close() {
    this.client.close();
  }
}
