/**
 * The session of this page. Whatever asks the server and is told to confirm first (403 with X-Step-Up) waits for
 * a dialog, then asks again. When the session ends, the page leads to signing in and back.
 */
(function () {
  const EVERY = 10_000;
  const PASSKEYS = "./passkeys.js";
  const ask = window.fetch.bind(window);
  /** @type {Promise<boolean> | null} */ let confirming = null;
  let leaving = false;

  /** @param {RequestInfo | URL} input @param {RequestInit} [init] */
  window.fetch = async (input, init) => {
    const again = input instanceof Request ? input.clone() : input;
    const answer = await ask(input, init);
    if (answer.status === 401 && isOurs(answer)) return leave();
    if (answer.status !== 403 || answer.headers.get("X-Step-Up") !== "required") return answer;
    const { ways } = await answer.clone().json();
    confirming ??= confirm(ways).finally(() => (confirming = null));
    return (await confirming) ? ask(again, init) : answer;
  };

  /** @param {Response} answer */
  const isOurs = (answer) => new URL(answer.url).origin === location.origin;

  /** Go and sign in. Who asked gets no answer any more: nothing complains on a page that is being left. @returns {Promise<never>} */
  function leave() {
    const next = location.pathname + location.search + location.hash;
    if (!leaving) location.assign(`/signin?ended&next=${encodeURIComponent(next)}`);
    leaving = true;
    return new Promise(() => {});
  }

  async function watch() {
    if (document.visibilityState === "visible") await window.fetch("/api/session").catch(() => null);
  }

  /** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} content */
  function element(tag, attributes, ...content) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...content);
    return made;
  }

  /** Asks for proof; resolves to whether it was given. @param {string[]} ways @returns {Promise<boolean>} */
  function confirm(ways) {
    const before = document.activeElement;
    const dialog = /** @type {HTMLDialogElement} */ (element("dialog", { class: "dx-dialog dx-confirm", "aria-labelledby": "dx-confirm" }));
    const close = element("button", { class: "dx-icon-button", type: "button", "aria-label": "Close" });
    close.append(element("span", { class: "dx-icon dx-icon-close", "aria-hidden": "true" }));
    close.addEventListener("click", () => dialog.close());
    const body = element("div", { class: "dx-dialog-body" }, ...contents(ways, () => dialog.close("done")));
    dialog.append(element("header", {}, element("h2", { id: "dx-confirm" }, "Confirm that it is you"), close), body);
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
  function contents(ways, done) {
    const typed = ways.find((way) => way === "code" || way === "password");
    const parts = [];
    if (typed) parts.push(form(typed, done));
    if (ways.includes("passkey")) parts.push(passkey(done));
    return parts.length ? parts : [element("p", {}, "Sign out and sign in again, then do this within some minutes.")];
  }

  /** @param {string} way code or password @param {() => void} done */
  function form(way, done) {
    const isCode = way === "code";
    const input = /** @type {HTMLInputElement} */ (element("input", {
      id: "dx-proof", type: isCode ? "text" : "password", required: "", autofocus: "", spellcheck: "false",
      autocomplete: isCode ? "one-time-code" : "current-password", autocapitalize: "none",
    }));
    const problem = element("p", { class: "dx-field-error", id: "dx-proof-error", role: "alert" });
    const label = isCode ? "Code of your authenticator, or a recovery code" : "Your password";
    const field = element("div", { class: "dx-field" }, element("label", { for: input.id }, label), input, problem);
    const made = element("form", {}, field, element("button", { class: "dx-button", type: "submit" }, "Confirm"));
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.textContent = await refusal({ [way]: input.value });
      if (!problem.textContent) return done();
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", problem.id);
      input.select();
    });
    return made;
  }

  /** What is wrong with a proof; nothing if it was right. @param {Record<string, string>} proof @returns {Promise<string>} */
  async function refusal(proof) {
    const headers = { "Content-Type": "application/json" };
    try {
      const answer = await ask("/api/confirm", { method: "POST", headers, body: JSON.stringify(proof) });
      if (answer.status === 401) leave();
      return answer.ok ? "" : (await answer.json()).error.message;
    } catch {
      return "The server cannot be reached.";
    }
  }

  /** @param {() => void} done */
  function passkey(done) {
    const button = element("button", { class: "dx-quiet-button", type: "button" }, "Use a passkey");
    const problem = element("p", { class: "dx-field-error", role: "alert" });
    button.addEventListener("click", async () => {
      problem.textContent = "";
      try {
        await (await import(PASSKEYS)).confirm();
        done();
      } catch (error) {
        problem.textContent = /** @type {Error} */ (error).message;
      }
    });
    return element("div", { class: "dx-field" }, button, problem);
  }

  setInterval(watch, EVERY);
  addEventListener("focus", watch);
  document.addEventListener("visibilitychange", watch);
})();
