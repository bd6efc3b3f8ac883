/** Sets the light or dark theme before the first paint: the one chosen, else the system's preference. */
(function () {
  const KEY = "dx:theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function getStoredTheme() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function applyTheme() {
    root.dataset.bsTheme = getStoredTheme() ?? (dark.matches ? "dark" : "light");
  }

  /** @param {MouseEvent} event */
  function toggleTheme(event) {
    if (!(event.target instanceof Element) || !event.target.closest("[data-dx-theme]")) return;
    localStorage.setItem(KEY, root.dataset.bsTheme === "dark" ? "light" : "dark");
    applyTheme();
  }

  applyTheme();
  dark.addEventListener("change", applyTheme);
  addEventListener("storage", applyTheme);
  document.addEventListener("click", toggleTheme);
})();
