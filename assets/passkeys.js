/**
 * Passkeys in the browser; docs/passkeys.md has the routes. Errors have messages to show to people.
 */

const PROBLEMS = /** @type {Record<string, string>} */ ({
  NotAllowedError: "No passkey was used. Please try again.",
  InvalidStateError: "This device already has a passkey for this account.",
  SecurityError: "Passkeys don't work at this address.",
});

/** Errors of suggested passkeys that are not shown, as nobody asked for them: aborted, or not supported after all. */
const IGNORED_ERRORS = new Set(["AbortError", "NotSupportedError"]);

let pendingRequest = new AbortController();

/** Whether this browser can use passkeys here: they need HTTPS or localhost, and a name instead of an IP address. */
export function isAvailable() {
  const named = !/^[\d.]+$|^\[/.test(location.hostname);
  return named && "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/**
 * Registers a passkey for the signed-in user.
 * @param {string} name what they call it
 * @returns {Promise<{id: number, name: string}>}
 */
export async function registerPasskey(name) {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await postJson("registration/options"));
  const credential = await getCredential(() => navigator.credentials.create({ publicKey: options }));
  return postJson("registration", { name, credential });
}

/**
 * Signs in with a passkey.
 * @param {string} next the local address to open then
 * @returns {Promise<string>} the address to open
 */
export async function signInWithPasskey(next) {
  return (await postJson("signin", { next, credential: await requestAssertion("signin/options") })).next;
}

/**
 * Signs in with the passkey chosen from the browser's suggestions in the name field, once one is chosen.
 * @param {() => string} next the local address to open then
 * @returns {Promise<string | null>} the address to open; null if the browser suggests none, or something else was used
 */
export async function signInWithSuggestion(next) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
  const credential = await requestAssertion("signin/options", "conditional").catch((/** @type {Error} */ error) => {
    if (IGNORED_ERRORS.has(error.name)) return null;
    throw error;
  });
  return credential && (await postJson("signin", { next: next(), credential })).next;
}

/** Confirms the user's identity with a passkey. */
export async function confirmWithPasskey() {
  await postJson("confirmation", { credential: await requestAssertion("confirmation/options") });
}

/**
 * Asks a passkey to sign a challenge; aborts an earlier request that still waits.
 * @param {string} path
 * @param {CredentialMediationRequirement} [mediation]
 */
async function requestAssertion(path, mediation) {
  pendingRequest.abort();
  const { signal } = (pendingRequest = new AbortController());
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await postJson(path));
  return getCredential(() => navigator.credentials.get({ publicKey, signal, mediation }));
}

/**
 * The credential from the browser's dialog, as JSON to send.
 * @param {() => Promise<Credential | null>} dialog
 */
async function getCredential(dialog) {
  try {
    return /** @type {PublicKeyCredential} */ (await dialog()).toJSON();
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    throw name in PROBLEMS ? new Error(PROBLEMS[name], { cause: error }) : error;
  }
}

/**
 * @param {string} path
 * @param {object} [body]
 */
async function postJson(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`/passkeys/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const content = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(content.error.message);
  return content;
}
