/**
 * The dialog with the link to a live session and, for its owner, with whom it is shared, and guest links.
 * @import { Page } from "../explore/page.js"
 * @import { Outline } from "./types.js"
 */
import { attempt } from "../explore/api.js";
import { open } from "../explore/dialogs.js";
import { h, textButton } from "../explore/dom.js";
import { Links } from "../explore/guest-links.js";
import { Sharing } from "../explore/share-dialog.js";

/** @param {Outline} outline @param {Page["opened"]["may"]} may */
export function invite({ key, owns, running }, may) {
  const address = `${location.origin}/live/${key}`;
  const problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
  const said = h("span", { class: "dx-weak", role: "status" });
  const link = h("input", { class: "dx-input dx-grow", "aria-label": "Link", readonly: true, value: address, onfocus: () => link.select() });
  const copy = () =>
    void attempt(problem, async () => {
      await navigator.clipboard.writeText(address);
      said.textContent = "Copied.";
    });
  const words = `Who sees this dataset, and whom it is shared with, can ${running ? "follow" : "watch it again"} by this link, each within their own rights.`;
  const code = h("img", { class: "dx-qr", src: `/api/live/${key}/qr.svg`, alt: "QR code of the link" });
  const url = `/api/live/${key}`;
  const shares = owns && may.save && h("section", { class: "dx-stack" }, h("h3", {}, "Share with"), new Sharing(url, null, ["view"]).element);
  const guests = owns && may.save && running && new Links(url, may.administer, "follows, and does nothing else,").element;
  const title = running ? "Invite people to follow" : "Invite people to watch";
  open(title, h("div", { class: "dx-stack" }, h("p", {}, words), h("div", { class: "dx-line" }, link, textButton("Copy", copy)), said, problem, code, shares, guests));
}
