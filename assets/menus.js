/** Menus made of <details>, such as the account menu: Esc and a click elsewhere close them. */
(function () {
  const OPEN_MENU = "details.dx-account[open]";
  const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex='0']";

  /** Closes a menu; its button gets the focus unless a click elsewhere has moved it. @param {HTMLDetailsElement} menu */
  function closeMenu(menu) {
    menu.open = false;
    requestAnimationFrame(() => {
      const { activeElement } = document;
      if (!activeElement?.matches(FOCUSABLE) || menu.contains(activeElement)) menu.querySelector("summary")?.focus();
    });
  }

  document.addEventListener("keydown", (event) => {
    const menu = /** @type {HTMLDetailsElement | null} */ (document.querySelector(OPEN_MENU));
    if (event.key !== "Escape" || !menu || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation(); // Esc also clears the selection of a chart
    closeMenu(menu);
  }, true);

  /** @param {Event} event */
  function closeIfElsewhere(event) {
    const menu = /** @type {HTMLDetailsElement | null} */ (document.querySelector(OPEN_MENU));
    if (menu && !menu.contains(/** @type {Node} */ (event.target))) closeMenu(menu);
  }

  document.addEventListener("pointerdown", closeIfElsewhere, true); // before a chart captures the pointer
  document.addEventListener("focusin", closeIfElsewhere);
})();
