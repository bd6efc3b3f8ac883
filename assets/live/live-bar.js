/**
 * The bar of a live session: who presents, whether one follows, the connection status, and who is here.
 * @import { RosterMember, LiveSessionInfo, ConnectionStatus } from "./types.js"
 */
import { attachPopover } from "../explore/popovers.js";
import { h, setHidden, setText, createTextButton } from "../explore/dom.js";
import { countFollowers } from "./roster.js";

const STATUS_LABELS = { live: "Live", reconnecting: "Reconnecting…", offline: "Offline" };
const MEMBER_STATE_LABELS = { presents: "presenting", follows: "following", alone: "exploring on their own", left: "left" };

/**
 * @typedef {object} LiveBarActions
 * @property {() => void} openInvite @property {() => void} endSession @property {() => void} exploreAlone @property {() => void} returnToPresenter
 * @property {() => void} offerView @property {() => void} askToPresent @property {() => void} takeOver
 * @property {(on: boolean) => void} setPointerShown
 * @property {() => Promise<number[]>} listPossiblePresenters the ids of those to whom one can hand over
 * @property {(id: number) => void} handOver @property {(id: number) => void} toggleCoPresenter
 */

/**
 * @typedef {object} LiveBarState
 * @property {LiveSessionInfo} outline @property {boolean} following @property {ConnectionStatus} status @property {RosterMember[]} members
 * @property {number} left views that can't be shown here @property {boolean} restricted
 */

export class LiveBar {
  /** The id of the current user. */ myId = 0;
  /** Those who may present, as the server says when the list is opened. @type {Set<number>} */ #possiblePresenters = new Set();
  /** @type {LiveBarState | null} */ #shown = null;

  /** @param {LiveBarActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.status = h("span", { class: "dx-live-status", role: "status" });
    this.sentence = h("span", { class: "dx-live-words" });
    this.note = h("span", { class: "dx-live-note" });
    this.list = h("ul", { class: "dx-roster" });
    const popover = h("div", { class: "dx-menu", popover: "auto", id: "dx-roster" }, this.list);
    this.count = h("button", { type: "button", class: "dx-quiet-button", popovertarget: popover.id });
    attachPopover(popover, this.count);
    this.popover = popover;
    popover.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "open") void this.refreshPossiblePresenters();
    });
    this.buttons = this.#createButtons();
    const own = Object.values(this.buttons);
    const parts = [this.status, this.sentence, this.note, h("span", { class: "dx-spacer" }), this.count, ...own, popover];
    this.element = h("section", { class: "dx-live-bar", "aria-label": "Live session" }, ...parts);
  }

  /** Asks the server again to whom the open list can offer to hand over. */
  async refreshPossiblePresenters() {
    if (!this.popover.matches(":popover-open") || !this.#shown || !mayHandOver(this.#shown.outline)) return;
    this.#possiblePresenters = new Set(await this.actions.listPossiblePresenters());
    this.#showMembers(this.#shown);
  }

  /** The session has ended: shows these buttons only. @param {HTMLElement[]} buttons */
  showEnded(buttons) {
    delete this.element.dataset.status;
    const words = h("span", { class: "dx-live-words", role: "status" }, "The presentation has ended.");
    this.element.replaceChildren(words, h("span", { class: "dx-spacer" }), ...buttons);
  }

  #createButtons() {
    const { actions } = this;
    const point = h("button", { type: "button", class: "dx-quiet-button", "aria-pressed": "true" }, "Pointer");
    point.addEventListener("click", () => {
      const on = point.getAttribute("aria-pressed") !== "true";
      point.setAttribute("aria-pressed", String(on));
      actions.setPointerShown(on);
    });
    return {
      point,
      invite: createTextButton("Invite", actions.openInvite),
      leave: createTextButton("Explore on my own", actions.exploreAlone),
      offer: createTextButton("Suggest my view", actions.offerView),
      ask: createTextButton("Ask to present", actions.askToPresent),
      take: createTextButton("Take over", actions.takeOver),
      back: createTextButton("Follow again (F)", actions.returnToPresenter),
      end: createTextButton("End session", actions.endSession),
    };
  }

  /** @param {LiveBarState} shown */
  render(shown) {
    const { outline, following, status, members } = shown;
    const presents = outline.role === "presenter";
    this.element.dataset.status = status;
    setText(this.status, STATUS_LABELS[status]);
    setText(this.sentence, describeRole(shown));
    setText(this.note, describeRestrictions(shown));
    const count = countFollowers(members);
    const named = `${count} follower${count === 1 ? "" : "s"}`;
    setText(this.count, named);
    this.count.setAttribute("aria-label", `${named}: show participants`);
    this.#showButtons({
      point: presents,
      invite: !isGuest(outline),
      leave: !presents && following,
      offer: !presents && !following && !isGuest(outline),
      ask: outline.role === "follower" && outline.mayPresent && !outline.owns,
      take: !presents && (outline.owns || outline.role === "co-presenter"),
      back: !presents && !following,
      end: outline.owns,
    });
    this.#shown = shown;
    this.#showMembers(shown);
  }

  /** @param {LiveBarState} shown */
  #showMembers({ members, outline }) {
    this.list.replaceChildren(...members.map((member) => this.#createMember(member, outline)));
  }

  /** @param {Record<keyof LiveBar["buttons"], boolean>} wanted */
  #showButtons(wanted) {
    for (const [name, button] of Object.entries(this.buttons)) setHidden(button, !wanted[/** @type {"end"} */ (name)]);
  }

  /** @param {RosterMember} member @param {LiveSessionInfo} outline */
  #createMember({ id, name, state }, outline) {
    const { owns, coPresenters } = outline;
    const mine = id === this.myId;
    const helps = coPresenters.some((each) => each.id === id);
    const words = `${MEMBER_STATE_LABELS[state]}${helps ? ", co-presenter" : ""}`;
    const parts = [h("span", {}, mine ? `${name} (you)` : name), h("span", { class: "dx-weak" }, words)];
    const canPresent = !mine && this.#possiblePresenters.has(id) && state !== "left" && state !== "presents";
    const hand = canPresent && mayHandOver(outline) && createTextButton("Make presenter", () => this.actions.handOver(id));
    const canHelp = owns && !mine && (canPresent || helps);
    const help = canHelp && createTextButton(helps ? "Remove co-presenter" : "Make co-presenter", () => this.actions.toggleCoPresenter(id));
    return h("li", { "data-state": state }, h("div", { class: "dx-grow" }, ...parts), h("div", { class: "dx-line-acts" }, hand, help));
  }
}

/** @param {LiveSessionInfo} outline */
const mayHandOver = ({ role, owns }) => role === "presenter" || owns;

/** Whether the current user came by a guest link: guests have ids of their own. @param {LiveSessionInfo} outline */
export const isGuest = ({ me }) => me.id < 0;

/** @param {LiveBarState} shown */
function describeRole({ outline: { role, presenter }, following }) {
  if (role === "presenter") return "You are presenting. Followers see your selections live.";
  return following ? `Following ${presenter.name}` : `Exploring on your own. ${presenter.name} is still presenting.`;
}

/** Describes what differs from the presenter's page. @param {LiveBarState} shown */
function describeRestrictions({ outline: { role }, left, restricted }) {
  if (role === "presenter") return "";
  const views = left ? `${left} chart${left === 1 ? " uses" : "s use"} columns you don't have access to.` : "";
  return [restricted ? "Numbers include only the rows you have access to." : "", views].filter(Boolean).join(" ");
}

