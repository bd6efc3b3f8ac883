/** The dialog with the link to a live session. */
import { attempt } from "../explore/api.js";
import { open } from "../explore/dialogs.js";
import { h, textButton } from "../explore/dom.js";

/** @param {string} key of the live session */
export function invite(key) {
  const address = `${location.origin}/live/${key}`;
  const problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
  const said = h("span", { class: "dx-weak", role: "status" });
  const link = h("input", { class: "dx-input dx-grow", "aria-label": "Link", readonly: true, value: address, onfocus: () => link.select() });
  const copy = () =>
    void attempt(problem, async () => {
      await navigator.clipboard.writeText(address);
      said.textContent = "Copied.";
    });
  const words = "Whoever is signed in and may see this dataset can follow by this link, each within their own rights.";
  const code = h("img", { class: "dx-qr", src: `/api/live/${key}/qr.svg`, alt: "QR code of the link" });
  open("Invite people to follow", h("div", { class: "dx-stack" }, h("p", {}, words), h("div", { class: "dx-line" }, link, textButton("Copy", copy)), said, problem, code));
}
