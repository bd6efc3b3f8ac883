// A shared link keeps its exploration behind the "#", which no server sees: carry it through the form or the link.
(() => {
  const next = document.querySelector("input[name=next]");
  if (!(next instanceof HTMLInputElement) || !location.hash) return;
  next.value = (next.value || "/") + location.hash;
  const elsewhere = document.querySelector("a[data-elsewhere]");
  if (elsewhere instanceof HTMLAnchorElement) elsewhere.search = new URLSearchParams({ next: next.value }).toString();
})();
