/**
 * The bar that says who presents, whom one follows and how the connection is; and the frame around what is followed.
 * @import { Member, Outline, Status } from "./types.js"
 */
import { h, setHidden, setText, textButton } from "../explore/dom.js";
import { followers } from "./roster.js";

const STATUS = { live: "Live", reconnecting: "Reconnecting…", offline: "Offline" };
const STATES = { presents: "presents", follows: "follows", alone: "explores alone", left: "has left" };

/**
 * @typedef {object} Doings
 * @property {() => void} invite @property {() => void} end @property {() => void} leave @property {() => void} back
 * @property {() => void} offer @property {() => void} askToPresent @property {() => void} take
 * @property {(on: boolean) => void} point
 * @property {(id: number) => void} handOver @property {(id: number) => void} coPresent
 */

/**
 * @typedef {object} Shown
 * @property {Outline} outline @property {boolean} following @property {Status} status @property {Member[]} members
 * @property {number} left views that can't be shown here @property {boolean} restricted
 */

export class Bar {
  /** Who looks at it. */ me = 0;

  /** @param {Doings} doings */
  constructor(doings) {
    this.doings = doings;
    this.status = h("span", { class: "dx-live-status", role: "status" });
    this.words = h("span", { class: "dx-live-words" });
    this.note = h("span", { class: "dx-live-note" });
    this.list = h("ul", { class: "dx-roster" });
    const popover = h("div", { class: "dx-menu", popover: "auto", id: "dx-roster" }, this.list);
    this.count = h("button", { type: "button", class: "dx-quiet-button", popovertarget: popover.id });
    popover.addEventListener("toggle", () => this.#place(popover));
    this.buttons = this.#buttons();
    const own = Object.values(this.buttons);
    const parts = [this.status, this.words, this.note, h("span", { class: "dx-spring" }), this.count, ...own, popover];
    this.element = h("section", { class: "dx-live-bar", "aria-label": "Live session" }, ...parts);
  }

  /** It is over: these are left to do. @param {HTMLElement[]} buttons */
  end(buttons) {
    delete this.element.dataset.status;
    const words = h("span", { class: "dx-live-words", role: "status" }, "The presentation has ended.");
    this.element.replaceChildren(words, h("span", { class: "dx-spring" }), ...buttons);
  }

  #buttons() {
    const { doings } = this;
    const point = h("button", { type: "button", class: "dx-quiet-button", "aria-pressed": "true" }, "Pointer");
    point.addEventListener("click", () => {
      const on = point.getAttribute("aria-pressed") !== "true";
      point.setAttribute("aria-pressed", String(on));
      doings.point(on);
    });
    return {
      point,
      invite: textButton("Invite", doings.invite),
      leave: textButton("Explore alone", doings.leave),
      offer: textButton("Offer my view", doings.offer),
      ask: textButton("Ask to present", doings.askToPresent),
      take: textButton("Take over", doings.take),
      back: textButton("Return  F", doings.back),
      end: textButton("End", doings.end),
    };
  }

  /** @param {Shown} shown */
  render(shown) {
    const { outline, following, status, members } = shown;
    const presents = outline.role === "presenter";
    this.element.dataset.status = status;
    setText(this.status, STATUS[status]);
    setText(this.words, sentence(shown));
    setText(this.note, note(shown));
    const count = followers(members);
    const named = `${count} follower${count === 1 ? "" : "s"}`;
    setText(this.count, named);
    this.count.setAttribute("aria-label", `${named}: who is here`);
    this.#show({
      point: presents,
      invite: !isGuest(outline),
      leave: !presents && following,
      offer: !presents && !following && !isGuest(outline),
      ask: outline.role === "follower" && outline.mayPresent && !outline.owns,
      take: !presents && (outline.owns || outline.role === "co-presenter"),
      back: !presents && !following,
      end: outline.owns,
    });
    this.list.replaceChildren(...members.map((member) => this.#member(member, outline)));
  }

  /** @param {Record<keyof Bar["buttons"], boolean>} wanted */
  #show(wanted) {
    for (const [name, button] of Object.entries(this.buttons)) setHidden(button, !wanted[/** @type {"end"} */ (name)]);
  }

  /** @param {Member} member @param {Outline} outline */
  #member({ id, name, state }, { role, owns, coPresenters }) {
    const mine = id === this.me;
    const helps = coPresenters.some((each) => each.id === id);
    const words = `${STATES[state]}${helps ? ", co-presenter" : ""}`;
    const parts = [h("span", {}, mine ? `${name} (you)` : name), h("span", { class: "dx-weak" }, words)];
    const leads = (role === "presenter" || owns) && !mine && id > 0 && state !== "left" && state !== "presents";
    const hand = leads && textButton("Hand over", () => this.doings.handOver(id));
    const help = leads && textButton(helps ? "Not co-presenter" : "Make co-presenter", () => this.doings.coPresent(id));
    return h("li", { "data-state": state }, h("div", { class: "dx-grow" }, ...parts), h("div", { class: "dx-line-acts" }, hand, help));
  }

  /** @param {HTMLElement} popover */
  #place(popover) {
    const { right, bottom } = this.count.getBoundingClientRect();
    popover.style.left = `${Math.max(8, right - popover.offsetWidth)}px`;
    popover.style.top = `${bottom + 4}px`;
  }
}

/** Whether who looks came by a guest link: such have numbers of their own. @param {Outline} outline */
export const isGuest = ({ me }) => me.id < 0;

/** @param {Shown} shown */
function sentence({ outline: { role, presenter }, following }) {
  if (role === "presenter") return "You are presenting. Everybody sees your brush.";
  return following ? `Following ${presenter.name}` : `Exploring alone; ${presenter.name} goes on presenting`;
}

/** What is different here. @param {Shown} shown */
function note({ outline: { role }, left, restricted }) {
  if (role === "presenter") return "";
  const views = left ? `${left} view${left === 1 ? " is" : "s are"} on columns that you may not see.` : "";
  return [restricted ? "Your numbers are of the rows you may see." : "", views].filter(Boolean).join(" ");
}

