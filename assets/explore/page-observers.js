/**
 * What an Explore page heeds of the page around it.
 * @import { Engine } from "./cubes/cube-engine.js"
 * @import { Grid } from "./card-grid.js"
 */

/** The skip link must not write into the address. @param {() => HTMLElement | null | undefined} main @param {AbortSignal} signal */
export function heedSkipLink(main, signal) {
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault();
    main()?.focus();
  };
  document.querySelector(".dx-skip")?.addEventListener("click", skip, { signal });
}

/** Charts read the colours of the page once a theme. @param {Grid} grid @param {Engine} engine @param {AbortSignal} signal */
export function heedTheme(grid, engine, signal) {
  const observer = new MutationObserver(() => {
    for (const card of grid.cards.values()) card.chart.theme();
    engine.loop.request();
  });
  observer.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  signal.addEventListener("abort", () => observer.disconnect());
}

/** What opens over the end of the window on a phone stands on the strip, which has as many lines as it needs. @param {HTMLElement} strip @param {AbortSignal} signal */
export function heedStrip(strip, signal) {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty("--dx-foot", `${strip.offsetHeight}px`));
  observer.observe(strip);
  signal.addEventListener("abort", () => observer.disconnect());
}
