// A shared link has its exploration after the "#", which is not sent to the server: keep it in the form and the provider link.
(() => {
  const next = document.querySelector("input[name=next]");
  if (!(next instanceof HTMLInputElement) || !location.hash) return;
  next.value = (next.value || "/") + location.hash;
  const providerLink = document.querySelector("a[data-provider-link]");
  if (providerLink instanceof HTMLAnchorElement) providerLink.search = new URLSearchParams({ next: next.value }).toString();
})();
