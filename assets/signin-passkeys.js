/** The sign-in page's button for passkeys, and the browser's suggestions of them for the name. */
import { available, signIn, suggested } from "./passkeys.js";

const ways = /** @type {HTMLElement} */ (document.querySelector("[data-passkeys]"));
const button = /** @type {HTMLButtonElement} */ (ways.querySelector("button"));
const problem = /** @type {HTMLElement} */ (ways.querySelector("[role=alert]"));

/** Where to go then, what stands behind "#" included: signin-hash.js has put it there. */
function next() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=next]"));
  return field?.value ?? "";
}

/** @param {() => Promise<string | null>} way */
async function open(way) {
  try {
    const address = await way();
    if (address) location.assign(address);
  } catch (error) {
    problem.textContent = /** @type {Error} */ (error).message;
    problem.hidden = false;
  }
}

if (available()) {
  ways.hidden = false;
  button.addEventListener("click", () => {
    problem.hidden = true;
    open(() => signIn(next()));
  });
  open(() => suggested(next));
}
