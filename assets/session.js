/**
 * The session of this page. A request that needs a confirmed identity first (403 with X-Step-Up) waits for a dialog
 * and is then sent again. When the session ends, the page goes to the sign-in page and comes back afterwards.
 */
(function () {
  const CHECK_INTERVAL = 10_000;
  const PASSKEYS = "./passkeys.js";
  const originalFetch = window.fetch.bind(window);
  /** @type {Promise<boolean> | null} */ let pendingConfirmation = null;
  let isLeaving = false;

  /** @param {RequestInfo | URL} input @param {RequestInit} [init] */
  window.fetch = async (input, init) => {
    const again = input instanceof Request ? input.clone() : input;
    const answer = await originalFetch(input, init);
    if (answer.status === 401 && isSameOrigin(answer)) return goToSignin();
    if (answer.status !== 403 || answer.headers.get("X-Step-Up") !== "required") return answer;
    const { ways } = await answer.clone().json();
    pendingConfirmation ??= confirmIdentity(ways).finally(() => (pendingConfirmation = null));
    return (await pendingConfirmation) ? originalFetch(again, init) : answer;
  };

  /** @param {Response} answer */
  const isSameOrigin = (answer) => new URL(answer.url).origin === location.origin;

  /** Goes to the sign-in page. The promise never settles, so that no error shows on a page that is being left. @returns {Promise<never>} */
  function goToSignin() {
    const next = location.pathname + location.search + location.hash;
    if (!isLeaving) location.assign(`/signin?ended&next=${encodeURIComponent(next)}`);
    isLeaving = true;
    return new Promise(() => {});
  }

  async function checkSession() {
    if (document.visibilityState === "visible") await window.fetch("/api/session").catch(() => null);
  }

  /** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} content */
  function createElement(tag, attributes, ...content) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...content);
    return made;
  }

  /** Asks the user to confirm their identity; resolves to whether they did. @param {string[]} ways @returns {Promise<boolean>} */
  function confirmIdentity(ways) {
    const before = document.activeElement;
    const dialog = /** @type {HTMLDialogElement} */ (createElement("dialog", { class: "dx-dialog dx-confirm", "aria-labelledby": "dx-confirm" }));
    const close = createElement("button", { class: "dx-icon-button", type: "button", "aria-label": "Close" });
    close.append(createElement("span", { class: "dx-icon dx-icon-close", "aria-hidden": "true" }));
    close.addEventListener("click", () => dialog.close());
    const body = createElement("div", { class: "dx-dialog-body" }, ...createContents(ways, () => dialog.close("done")));
    dialog.append(createElement("header", {}, createElement("h2", { id: "dx-confirm" }, "Confirm your identity"), close), body);
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        if (before instanceof HTMLElement) before.focus();
        resolve(dialog.returnValue === "done");
      });
    });
  }

  /** @param {string[]} ways @param {() => void} done */
  function createContents(ways, done) {
    const typed = ways.find((way) => way === "code" || way === "password");
    const parts = [];
    if (typed) parts.push(createProofForm(typed, done));
    if (ways.includes("passkey")) parts.push(createPasskeyButton(done));
    return parts.length ? parts : [createElement("p", {}, "Sign out, sign in again, then retry within a few minutes.")];
  }

  /** @param {string} way code or password @param {() => void} done */
  function createProofForm(way, done) {
    const isCode = way === "code";
    const input = /** @type {HTMLInputElement} */ (createElement("input", {
      id: "dx-proof", type: isCode ? "text" : "password", required: "", autofocus: "", spellcheck: "false",
      autocomplete: isCode ? "one-time-code" : "current-password", autocapitalize: "none",
    }));
    const problem = createElement("p", { class: "dx-field-error", id: "dx-proof-error", role: "alert" });
    const label = isCode ? "Code from your authenticator app, or a recovery code" : "Password";
    const field = createElement("div", { class: "dx-field" }, createElement("label", { for: input.id }, label), input, problem);
    const made = createElement("form", {}, field, createElement("button", { class: "dx-button", type: "submit" }, "Confirm"));
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.textContent = await submitProof({ [way]: input.value });
      if (!problem.textContent) return done();
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", problem.id);
      input.select();
    });
    return made;
  }

  /** Sends the confirmation; resolves to an error message, empty if it was accepted. @param {Record<string, string>} proof @returns {Promise<string>} */
  async function submitProof(proof) {
    const headers = { "Content-Type": "application/json" };
    try {
      const answer = await originalFetch("/api/confirm", { method: "POST", headers, body: JSON.stringify(proof) });
      if (answer.status === 401) goToSignin();
      return answer.ok ? "" : (await answer.json()).error.message;
    } catch {
      return "Can't reach the server. Check your connection and try again.";
    }
  }

  /** @param {() => void} done */
  function createPasskeyButton(done) {
    const button = createElement("button", { class: "dx-quiet-button", type: "button" }, "Use a passkey");
    const problem = createElement("p", { class: "dx-field-error", role: "alert" });
    button.addEventListener("click", async () => {
      problem.textContent = "";
      try {
        await (await import(PASSKEYS)).confirmWithPasskey();
        done();
      } catch (error) {
        problem.textContent = /** @type {Error} */ (error).message;
      }
    });
    return createElement("div", { class: "dx-field" }, button, problem);
  }

  setInterval(checkSession, CHECK_INTERVAL);
  addEventListener("focus", checkSession);
  document.addEventListener("visibilitychange", checkSession);
})();
