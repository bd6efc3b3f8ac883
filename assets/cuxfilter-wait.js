// The page of a cuxfilter that is starting: loads it anew as soon as there is something to show, or a reason why not.
(() => {
  const STARTING = 202;
  const PERIOD = 1000;

  async function look() {
    const status = await fetch(location.href).then((answer) => answer.status, () => STARTING);
    if (status === STARTING) setTimeout(look, PERIOD);
    else location.reload();
  }

  setTimeout(look, PERIOD);
})();
