// The page shown while cuxfilter starts: reloads as soon as the dashboard is ready or has failed.
(() => {
  const STARTING = 202;
  const PERIOD = 1000;

  async function checkStatus() {
    const status = await fetch(location.href).then((answer) => answer.status, () => STARTING);
    if (status === STARTING) setTimeout(checkStatus, PERIOD);
    else location.reload();
  }

  setTimeout(checkStatus, PERIOD);
})();
