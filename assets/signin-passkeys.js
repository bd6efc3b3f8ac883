/** The passkey button of the sign-in page, and passkey suggestions in the name field. */
import { isAvailable, signInWithPasskey, signInWithSuggestion } from "./passkeys.js";

const container = /** @type {HTMLElement} */ (document.querySelector("[data-passkeys]"));
const button = /** @type {HTMLButtonElement} */ (container.querySelector("button"));
const problem = /** @type {HTMLElement} */ (container.querySelector("[role=alert]"));

/** Where to go after signing in, including the hash that signin-hash.js has added. */
function getNextAddress() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=next]"));
  return field?.value ?? "";
}

/** @param {() => Promise<string | null>} way */
async function openAfter(way) {
  try {
    const address = await way();
    if (address) location.assign(address);
  } catch (error) {
    problem.textContent = /** @type {Error} */ (error).message;
    problem.hidden = false;
  }
}

if (isAvailable()) {
  container.hidden = false;
  button.addEventListener("click", () => {
    problem.hidden = true;
    openAfter(() => signInWithPasskey(getNextAddress()));
  });
  openAfter(() => signInWithSuggestion(getNextAddress));
}
