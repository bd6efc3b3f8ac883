/** The REST API, in JSON. */
import { RequestFailedError } from "./data-client.js";

/**
 * @param {"GET" | "POST" | "PATCH" | "DELETE"} method @param {string} url @param {object} [body]
 * @returns {Promise<any>} the response body; null for an empty one
 * @throws {RequestFailedError} with the server's message
 */
export async function callApi(method, url, body) {
  /** @type {Record<string, string>} */
  const headers = body ? { "Content-Type": "application/json" } : {};
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) }).catch(() => {
    throw new RequestFailedError("Can't reach the server. Check your connection and try again.");
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new RequestFailedError(answer?.error?.message ?? `The server returned an error (${response.status}).`);
  return answer;
}

/**
 * Runs the action of a button and shows an error next to it if it fails.
 * @param {HTMLElement} errorElement @param {() => Promise<unknown>} action
 */
export async function runShowingError(errorElement, action) {
  errorElement.hidden = true;
  try {
    await action();
  } catch (error) {
    showError(errorElement, /** @type {Error} */ (error));
  }
}

/** @param {HTMLElement} errorElement @param {Error} error */
export function showError(errorElement, error) {
  errorElement.textContent = error.message;
  errorElement.hidden = false;
}
