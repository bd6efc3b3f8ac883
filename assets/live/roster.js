/**
 * Who is here: from presence, which tells of each tab of a person.
 * @import { Member, Outline, Person } from "./types.js"
 */

/** @param {string} clientId as the token has it: the id, then the name @returns {Person} */
export function personOf(clientId) {
  const [id] = clientId.split(" ", 1);
  return { id: Number(id), name: clientId.slice(id.length + 1) };
}

export class Roster {
  /** Tabs of each person, by connection; whether they follow. @type {Map<number, Map<string, boolean>>} */ #tabs = new Map();
  /** @type {Map<number, Person>} */ #people = new Map();

  /** @param {{ action: string, clientId: string, connectionId: string, data?: { follows?: boolean } }} said */
  take({ action, clientId, connectionId, data }) {
    const person = personOf(clientId);
    const tabs = this.#tabs.get(person.id) ?? new Map();
    if (action === "leave" || action === "absent") tabs.delete(connectionId);
    else tabs.set(connectionId, data?.follows !== false);
    this.#tabs.set(person.id, tabs);
    this.#people.set(person.id, person);
  }

  /** The presenter first, then by name; who has left stays, at the end. @param {Outline} outline @returns {Member[]} */
  members(outline) {
    const order = ["presents", "follows", "alone", "left"];
    const all = [...this.#people.values()].map((person) => ({ ...person, state: this.#state(person.id, outline) }));
    return all.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name));
  }

  /** How many tabs are sent what moves. */
  get tabs() {
    return [...this.#tabs.values()].reduce((sum, tabs) => sum + tabs.size, 0);
  }

  /** @param {number} id @param {Outline} outline @returns {Member["state"]} */
  #state(id, outline) {
    const tabs = this.#tabs.get(id);
    if (!tabs?.size) return "left";
    if (id === outline.presenter.id) return "presents";
    return [...tabs.values()].some(Boolean) ? "follows" : "alone";
  }
}

/** @param {Member[]} members */
export const followers = (members) => members.filter(({ state }) => state === "follows").length;
