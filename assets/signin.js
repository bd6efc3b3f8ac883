// A shared link keeps its exploration behind the "#", which no server sees: carry it through the form.
(() => {
  const next = document.querySelector("input[name=next]");
  if (next instanceof HTMLInputElement && location.hash) next.value = (next.value || "/") + location.hash;
})();
