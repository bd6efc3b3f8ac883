/**
 * The participants, from presence, which has an entry for each tab of a person.
 * @import { RosterMember, LiveSessionInfo, LivePerson } from "./types.js"
 */

/** @param {string} clientId as in the token: the id, then the name @returns {LivePerson} */
export function parseClientId(clientId) {
  const [id] = clientId.split(" ", 1);
  return { id: Number(id), name: clientId.slice(id.length + 1) };
}

export class Roster {
  /** Tabs of each person, by connection; whether they follow. @type {Map<number, Map<string, boolean>>} */ #tabs = new Map();
  /** @type {Map<number, LivePerson>} */ #people = new Map();

  /** @param {{ action: string, clientId: string, connectionId: string, data?: { follows?: boolean } }} presence */
  updatePresence({ action, clientId, connectionId, data }) {
    const person = parseClientId(clientId);
    const tabs = this.#tabs.get(person.id) ?? new Map();
    if (action === "leave" || action === "absent") tabs.delete(connectionId);
    else tabs.set(connectionId, data?.follows !== false);
    this.#tabs.set(person.id, tabs);
    this.#people.set(person.id, person);
  }

  /** The presenter first, then by name; those who have left stay, at the end. @param {LiveSessionInfo} outline @returns {RosterMember[]} */
  listMembers(outline) {
    const order = ["presents", "follows", "alone", "left"];
    const all = [...this.#people.values()].map((person) => ({ ...person, state: this.#getState(person.id, outline) }));
    return all.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name));
  }

  /** How many tabs are sent movements. */
  get tabCount() {
    return [...this.#tabs.values()].reduce((sum, tabs) => sum + tabs.size, 0);
  }

  /** @param {number} id @param {LiveSessionInfo} outline @returns {RosterMember["state"]} */
  #getState(id, outline) {
    const tabs = this.#tabs.get(id);
    if (!tabs?.size) return "left";
    if (id === outline.presenter.id) return "presents";
    return [...tabs.values()].some(Boolean) ? "follows" : "alone";
  }
}

/** @param {RosterMember[]} members */
export const countFollowers = (members) => members.filter(({ state }) => state === "follows").length;
