/**
 * Observers of the document around an Explore page: skip link, theme, and height of the filter bar.
 * @import { CubeEngine } from "./cubes/cube-engine.js"
 * @import { CardGrid } from "./card-grid.js"
 */

/** Focuses the main element without changing the URL. @param {() => HTMLElement | null | undefined} main @param {AbortSignal} signal */
export function handleSkipLink(main, signal) {
  const focusMain = (/** @type {Event} */ event) => {
    event.preventDefault();
    main()?.focus();
  };
  document.querySelector(".dx-skip")?.addEventListener("click", focusMain, { signal });
}

/** Redraws the charts when the theme changes: they read the page's colours once per theme. @param {CardGrid} grid @param {CubeEngine} engine @param {AbortSignal} signal */
export function observeTheme(grid, engine, signal) {
  const observer = new MutationObserver(() => {
    for (const card of grid.cards.values()) card.chart.updateTheme();
    engine.frameLoop.requestFrame();
  });
  observer.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  signal.addEventListener("abort", () => observer.disconnect());
}

/** Publishes the height of the filter bar as a custom property: on phones, overlays at the bottom of the window are placed above it. @param {HTMLElement} filterBar @param {AbortSignal} signal */
export function observeFilterBarHeight(filterBar, signal) {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty("--dx-filter-bar-height", `${filterBar.offsetHeight}px`));
  observer.observe(filterBar);
  signal.addEventListener("abort", () => observer.disconnect());
}
