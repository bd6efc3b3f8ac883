/**
 * The presenter's half: sends commits, and in between what moves.
 * @import { Exploration, Filter } from "../explore/types.js"
 * @import { Connection } from "./connection.js"
 * @import { Pointer } from "./interpolate.js"
 * @import { State } from "./types.js"
 */
import { Sampler, pace } from "./sampler.js";

/** Not for the channel's history: who comes later needs the last commit, and no brush of before. */
const EPHEMERAL = { ephemeral: true };

export class Presenter {
  /** A commit that could not be sent. @type {State | null} */ #unsent = null;

  /**
   * @param {Connection} connection @param {string} rights what the presenter sees the dataset with
   * @param {() => { deliveries: number, members: number }} audience
   */
  constructor(connection, rights, audience) {
    this.connection = connection;
    this.rights = rights;
    this.state = connection.channel("state");
    this.brush = connection.channel("brush");
    const interval = () => pace(audience().deliveries, audience().members);
    this.sampler = new Sampler((move) => this.#move(move), interval);
  }

  /** @param {number} seq @param {Exploration} exploration @param {number | null} mark */
  commit(seq, exploration, mark) {
    this.sampler.flush();
    return this.#send({ seq, exploration, at: Date.now(), rights: this.rights, mark });
  }

  /** @param {string} id @param {Filter | null} filter */
  brushed(id, filter) {
    this.sampler.add("b", id, filter);
  }

  /** @param {string | null} id */
  activated(id) {
    this.sampler.add("a", id);
  }

  /** @param {Pointer} pointer */
  pointed({ id, x, y }) {
    this.sampler.add("p", id, x, y);
  }

  /** The connection is back. */
  resend() {
    if (this.#unsent) void this.#send(this.#unsent);
  }

  /** @param {State} state */
  async #send(state) {
    this.#unsent = state;
    try {
      await this.state.publish("state", state);
      if (this.#unsent === state) this.#unsent = null;
    } catch {
      // kept in #unsent until the connection is back; the bar shows that it is away
    }
  }

  /** What moved while nobody could see it is not sent later. @param {import("./types.js").Move} move */
  #move(move) {
    if (this.connection.status !== "live") return;
    this.brush.publish({ name: "move", data: move, extras: EPHEMERAL }).catch(() => {});
  }
}
