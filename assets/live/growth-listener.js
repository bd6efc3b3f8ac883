/**
 * Tells an open page at once when its dataset has grown, where a feed brings rows; other pages ask now and then.
 * @import { Page } from "../explore/page.js"
 * @import { Channel } from "./connection.js"
 */
import { ask } from "../explore/api.js";
import { connect } from "./connection.js";

/** @param {Channel} channel on which the service says how many rows there are @param {Page} page */
export async function listen(channel, page) {
  const { version } = page.opened.description;
  await channel.subscribe("grown", ({ data }) => {
    if (data.version === version) page.growth.grown(data);
  });
}

/** Listens for a page that nobody follows. */
export class RowsHeard {
  #ended = false;
  /** @type {ReturnType<typeof connect> | undefined} */ #client;

  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Listens if there is something that this person may hear. */
  async start() {
    const url = `/api/datasets/${encodeURIComponent(this.page.opened.description.slug)}/token`;
    const { token, channel, endpoint } = await ask("POST", url).catch(() => ({ token: null }));
    if (!token || this.#ended) return;
    this.#client = connect(endpoint ?? undefined, token, url);
    await listen(this.#client.channels.get(channel), this.page);
  }

  destroy() {
    this.#ended = true;
    this.#client?.close();
  }
}
