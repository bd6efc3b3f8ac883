/** Light or dark, before the first paint: what was chosen, else what the system prefers. */
(function () {
  const KEY = "dx:theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function apply() {
    root.dataset.bsTheme = chosen() ?? (dark.matches ? "dark" : "light");
  }

  /** @param {MouseEvent} event */
  function toggle(event) {
    if (!(event.target instanceof Element) || !event.target.closest("[data-dx-theme]")) return;
    localStorage.setItem(KEY, root.dataset.bsTheme === "dark" ? "light" : "dark");
    apply();
  }

  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("click", toggle);
})();
