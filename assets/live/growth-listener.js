/**
 * Notifies an open page at once when a feed has added rows to its dataset; other pages poll.
 * @import { ExplorePage } from "../explore/page.js"
 * @import { Channel } from "./connection.js"
 */
import { callApi } from "../explore/api.js";
import { connectToAbly } from "./connection.js";

/** @param {Channel} channel on which the service announces row counts @param {ExplorePage} page */
export async function listenForGrowth(channel, page) {
  const { version } = page.opened.description;
  await channel.subscribe("grown", ({ data }) => {
    if (data.version === version) page.liveUpdates.notifyRows(data);
  });
}

/** Listens for growth on a page without a live session. */
export class GrowthListener {
  #isDestroyed = false;
  /** @type {ReturnType<typeof connectToAbly> | undefined} */ #client;

  /** @param {ExplorePage} page */
  constructor(page) {
    this.page = page;
  }

  /** Connects if there is a channel that the user may subscribe to. */
  async start() {
    const url = `/api/datasets/${encodeURIComponent(this.page.opened.description.slug)}/token`;
    const { token, channel, endpoint } = await callApi("POST", url).catch(() => ({ token: null }));
    if (!token || this.#isDestroyed) return;
    this.#client = connectToAbly(endpoint ?? undefined, token, url);
    await listenForGrowth(this.#client.channels.get(channel), this.page);
  }

  destroy() {
    this.#isDestroyed = true;
    this.#client?.close();
  }
}
