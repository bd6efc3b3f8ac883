/**
 * The dialog with the link to a live session and, for its owner, its shares and guest links.
 * @import { ExplorePage } from "../explore/page.js"
 * @import { LiveSessionInfo } from "./types.js"
 */
import { runShowingError } from "../explore/api.js";
import { openDialog } from "../explore/dialogs.js";
import { h, createTextButton } from "../explore/dom.js";
import { GuestLinks } from "../explore/guest-links.js";
import { SharePanel } from "../explore/share-dialog.js";

/** @param {LiveSessionInfo} outline @param {ExplorePage["opened"]["may"]} permissions */
export function openInviteDialog({ key, owns, running }, permissions) {
  const address = `${location.origin}/live/${key}`;
  const problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
  const said = h("span", { class: "dx-weak", role: "status" });
  const link = h("input", { class: "dx-input dx-grow", "aria-label": "Link", readonly: true, value: address, onfocus: () => link.select() });
  const copyLink = () =>
    void runShowingError(problem, async () => {
      await navigator.clipboard.writeText(address);
      said.textContent = "Copied.";
    });
  const words = `Anyone with access to this dataset, or with whom you share the session, can ${running ? "follow" : "watch the recording"} with this link. Each person sees only the rows and columns they have access to.`;
  const code = h("img", { class: "dx-qr", src: `/api/live/${key}/qr.svg`, alt: "QR code for the link" });
  const url = `/api/live/${key}`;
  const shares = owns && permissions.save && h("section", { class: "dx-stack" }, h("h3", {}, "Share with"), new SharePanel(url, null, ["view"]).element);
  const guests = owns && permissions.save && running && new GuestLinks(url, permissions.administer, "can follow this session, but not present,").element;
  const title = running ? "Invite people to follow" : "Invite people to watch";
  openDialog(title, h("div", { class: "dx-stack" }, h("p", {}, words), h("div", { class: "dx-line" }, link, createTextButton("Copy", copyLink)), said, problem, code, shares, guests));
}
