/** Dialogs that ask: for a name, or whether one is sure. They close when the deed is done, and say what stood in its way. */
import { attempt } from "./api.js";
import { open } from "./dialogs.js";
import { h, textButton } from "./dom.js";

/** @param {string} title @param {string} name @param {(chosen: string) => Promise<unknown>} act */
export function askName(title, name, act) {
  const field = h("input", { class: "dx-input", "aria-label": "New name", maxlength: 200, required: true, value: name });
  ask(title, field, "Save", () => act(field.value));
  field.select();
}

/** @param {string} title @param {string} question @param {string} yes @param {() => Promise<unknown>} act */
export function askSure(title, question, yes, act) {
  ask(title, h("p", {}, question), yes, act);
}

/** @param {string} title @param {Node} what @param {string} yes @param {() => Promise<unknown>} act */
function ask(title, what, yes, act) {
  const problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  let doing = false;
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (doing) return; // another Enter, while the server has not answered
    doing = true;
    await attempt(problem, async () => {
      await act();
      dialog.close();
    });
    doing = false;
  };
  const buttons = h("div", { class: "dx-line" },
    h("button", { class: "dx-quiet-button", type: "submit" }, yes), textButton("Cancel", () => dialog.close()));
  const dialog = open(title, h("form", { class: "dx-stack", onsubmit }, what, problem, buttons));
  dialog.addEventListener("close", () => back(before));
}

/** Gives the focus back; where what had it is gone, to the dialog below. @param {HTMLElement | null} before */
function back(before) {
  if (before?.isConnected) before.focus();
  else /** @type {HTMLElement | null} */ (document.querySelector("dialog[open] .dx-dialog-body"))?.focus();
}
