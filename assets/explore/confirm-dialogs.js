/** Dialogs that ask for a name or a confirmation. They close when the action succeeds, and show its error if it fails. */
import { runShowingError } from "./api.js";
import { openDialog } from "./dialogs.js";
import { h, createTextButton } from "./dom.js";

/** @param {string} title @param {string} name @param {(chosen: string) => Promise<unknown>} action */
export function promptName(title, name, action) {
  const field = h("input", { class: "dx-input", "aria-label": "New name", maxlength: 200, required: true, value: name });
  openFormDialog(title, field, "Save", () => action(field.value));
  field.select();
}

/** @param {string} title @param {string} question @param {string} confirmLabel @param {() => Promise<unknown>} action */
export function confirmAction(title, question, confirmLabel, action) {
  openFormDialog(title, h("p", {}, question), confirmLabel, action);
}

/** @param {string} title @param {Node} content @param {string} submitLabel @param {() => Promise<unknown>} action */
function openFormDialog(title, content, submitLabel, action) {
  const problem = h("p", { class: "dx-problem", role: "alert", hidden: true });
  const focusedBefore = /** @type {HTMLElement | null} */ (document.activeElement);
  let isSubmitting = false;
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isSubmitting) return; // another Enter before the server has responded
    isSubmitting = true;
    await runShowingError(problem, async () => {
      await action();
      dialog.close();
    });
    isSubmitting = false;
  };
  const buttons = h("div", { class: "dx-line" },
    h("button", { class: "dx-quiet-button", type: "submit" }, submitLabel), createTextButton("Cancel", () => dialog.close()));
  const dialog = openDialog(title, h("form", { class: "dx-stack", onsubmit }, content, problem, buttons));
  dialog.addEventListener("close", () => restoreFocus(focusedBefore));
}

/** Restores the focus; if the element that had it is gone, to the dialog below. @param {HTMLElement | null} focusedBefore */
function restoreFocus(focusedBefore) {
  if (focusedBefore?.isConnected) focusedBefore.focus();
  else /** @type {HTMLElement | null} */ (document.querySelector("dialog[open] .dx-dialog-body"))?.focus();
}
