/** The REST API, in JSON. */
import { Failed } from "./data-client.js";

/**
 * @param {"GET" | "POST" | "PATCH" | "DELETE"} method @param {string} url @param {object} [body]
 * @returns {Promise<any>} what it answers; null for nothing
 * @throws {Failed} with the server's own words
 */
export async function ask(method, url, body) {
  /** @type {Record<string, string>} */
  const headers = body ? { "Content-Type": "application/json" } : {};
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) }).catch(() => {
    throw new Failed("The server cannot be reached.");
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Failed(answer?.error?.message ?? `The server could not answer (${response.status}).`);
  return answer;
}

/**
 * Runs what a button does, and says what went wrong where the person looks.
 * @param {HTMLElement} problem @param {() => Promise<unknown>} act
 */
export async function attempt(problem, act) {
  problem.hidden = true;
  try {
    await act();
  } catch (error) {
    problem.textContent = /** @type {Error} */ (error).message;
    problem.hidden = false;
  }
}
