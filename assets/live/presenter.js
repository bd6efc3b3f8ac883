/**
 * The presenter's side: sends commits, and movements in between.
 * @import { Exploration, Filter } from "../explore/types.js"
 * @import { LiveConnection } from "./connection.js"
 * @import { PointerPosition } from "./interpolate.js"
 * @import { CommittedState } from "./types.js"
 */
import { MoveSampler, getSendInterval } from "./sampler.js";

/** Message option: not stored in the channel's history; those who join later need the last commit, not old brushes. */
const EPHEMERAL = { ephemeral: true };

export class Presenter {
  /** A commit that could not be sent yet. @type {CommittedState | null} */ #unsent = null;

  /**
   * @param {LiveConnection} connection @param {string} rights the presenter's rights on the dataset
   * @param {() => { deliveries: number, members: number }} audience
   */
  constructor(connection, rights, audience) {
    this.connection = connection;
    this.rights = rights;
    this.state = connection.getChannel("state");
    this.brush = connection.getChannel("brush");
    const getInterval = () => getSendInterval(audience().deliveries, audience().members);
    this.sampler = new MoveSampler((move) => this.#publishMove(move), getInterval);
  }

  /** @param {number} seq @param {Exploration} exploration @param {number | null} mark */
  sendCommit(seq, exploration, mark) {
    this.sampler.flush();
    return this.#publishState({ seq, exploration, at: Date.now(), rights: this.rights, mark });
  }

  /** @param {string} id @param {Filter | null} filter */
  sendBrush(id, filter) {
    this.sampler.add("b", id, filter);
  }

  /** @param {string | null} id */
  sendActive(id) {
    this.sampler.add("a", id);
  }

  /** @param {PointerPosition} pointer */
  sendPointer({ id, x, y }) {
    this.sampler.add("p", id, x, y);
  }

  /** The connection is back: sends the commit that could not be sent. */
  resendCommit() {
    if (this.#unsent) void this.#publishState(this.#unsent);
  }

  /** @param {CommittedState} state */
  async #publishState(state) {
    this.#unsent = state;
    try {
      await this.state.publish("state", state);
      if (this.#unsent === state) this.#unsent = null;
    } catch {
      // kept in #unsent until the connection is back; the bar shows that it is lost
    }
  }

  /** Movements during a lost connection are not sent later. @param {import("./types.js").MoveMessage} move */
  #publishMove(move) {
    if (this.connection.status !== "live") return;
    this.brush.publish({ name: "move", data: move, extras: EPHEMERAL }).catch(() => {});
  }
}
