/**
 * Passkeys in the browser; docs/passkeys.md has the routes. What goes wrong is an Error whose message is a
 * sentence for people.
 */

const PROBLEMS = /** @type {Record<string, string>} */ ({
  NotAllowedError: "No passkey was used. Please try again.",
  InvalidStateError: "This device has a passkey for this account already.",
  SecurityError: "Passkeys don't work at this address.",
});

/** A question was ended, or a browser says that it suggests passkeys and then can't: nobody asked for them. */
const UNASKED = new Set(["AbortError", "NotSupportedError"]);

let waiting = new AbortController();

/** Whether this browser can use passkeys here: they need HTTPS or localhost, and a name instead of an IP address. */
export function available() {
  const named = !/^[\d.]+$|^\[/.test(location.hostname);
  return named && "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/**
 * Make a passkey for the person signed in.
 * @param {string} name what they call it
 * @returns {Promise<{id: number, name: string}>}
 */
export async function register(name) {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await post("registration/options"));
  const credential = await used(() => navigator.credentials.create({ publicKey: options }));
  return post("registration", { name, credential });
}

/**
 * Sign in by a passkey.
 * @param {string} next the local address to open then
 * @returns {Promise<string>} the address to open
 */
export async function signIn(next) {
  return (await post("signin", { next, credential: await asked("signin/options") })).next;
}

/**
 * Sign in by the passkey that is chosen from the browser's suggestions for the name, once it is.
 * @param {() => string} next the local address to open then
 * @returns {Promise<string | null>} the address to open; null if the browser suggests none, or something else was used
 */
export async function suggested(next) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
  const credential = await asked("signin/options", "conditional").catch((/** @type {Error} */ error) => {
    if (UNASKED.has(error.name)) return null;
    throw error;
  });
  return credential && (await post("signin", { next: next(), credential })).next;
}

/** Confirm by a passkey that it is still the person signed in. */
export async function confirm() {
  await post("confirmation", { credential: await asked("confirmation/options") });
}

/**
 * What a passkey answers; ends an earlier question that still waits.
 * @param {string} path
 * @param {CredentialMediationRequirement} [mediation]
 */
async function asked(path, mediation) {
  waiting.abort();
  const { signal } = (waiting = new AbortController());
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post(path));
  return used(() => navigator.credentials.get({ publicKey, signal, mediation }));
}

/**
 * What the browser's dialog gives, ready to be sent.
 * @param {() => Promise<Credential | null>} dialog
 */
async function used(dialog) {
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
async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`/passkeys/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const content = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(content.error.message);
  return content;
}
