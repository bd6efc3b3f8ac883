/**
 * Tells an Explore page at once when its dataset has grown, where a feed brings rows; other pages ask now and then.
 * @import { Page } from "../explore/page.js"
 */
import { ask } from "../explore/api.js";
import { connect } from "./connection.js";

export class RowsHeard {
  #ended = false;
  /** @type {ReturnType<typeof connect> | undefined} */ #client;

  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Listens if there is something that this person may hear. */
  async start() {
    const { slug, version } = this.page.opened.description;
    const url = `/api/datasets/${encodeURIComponent(slug)}/token`;
    const { token, channel, endpoint } = await ask("POST", url).catch(() => ({ token: null }));
    if (!token || this.#ended) return;
    this.#client = connect(endpoint ?? undefined, token, url);
    await this.#client.channels.get(channel).subscribe("grown", ({ data }) => {
      if (data.version === version) this.page.growth.grown(data);
    });
  }

  destroy() {
    this.#ended = true;
    this.#client?.close();
  }
}
