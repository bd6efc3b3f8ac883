/** Helpers to create and update elements. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes] `on…` listens, `class` and `aria-…` are attributes, true and false are bare
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) applyAttribute(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @param {HTMLElement} element @param {string} name @param {any} value */
function applyAttribute(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
}

/** @param {string} name one of css/icons.css */
export const createIcon = (name) => h("span", { class: `dx-icon dx-icon-${name}`, "aria-hidden": "true" });

/** @param {string} name @param {string} label @param {() => void} onclick @param {Record<string, any>} [attributes] */
export function createIconButton(name, label, onclick, attributes = {}) {
  const own = { type: "button", class: "dx-icon-button", "aria-label": label, title: label, onclick };
  return h("button", { ...own, ...attributes }, createIcon(name));
}

/** @param {string} label @param {() => void} onclick */
export const createTextButton = (label, onclick) => h("button", { type: "button", class: "dx-quiet-button", onclick }, label);

/** Sets a text only if it differs, in the existing text node: replacing the node costs more layout. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent === text) return;
  const { firstChild, lastChild } = node;
  if (firstChild === lastChild && firstChild?.nodeType === Node.TEXT_NODE) firstChild.nodeValue = text;
  else node.textContent = text;
}

/** Sets `hidden` only if it differs: a write makes the browser recompute styles. @param {HTMLElement} element @param {boolean} hidden */
export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** @param {HTMLElement} parent @param {HTMLElement[]} children those already in place are not moved and keep the focus */
export function setChildren(parent, children) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild?.remove();
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}
