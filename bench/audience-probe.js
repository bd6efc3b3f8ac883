// Runs before the page's own scripts and records when each row count, and each pointer position, was on screen.
(() => {
  const epoch = (time) => performance.timeOrigin + time;
  const probe = (window.dxWatch = { shown: [], beats: [] });
  let pointer = 0;
  window.addEventListener("pointermove", (event) => (pointer = epoch(event.timeStamp)), { capture: true });

  const waiting = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const painted = epoch(performance.now());
    for (const each of waiting.splice(0)) probe.shown.push({ ...each, painted });
  };
  const look = () => {
    const count = document.querySelector(".dx-count")?.textContent;
    waiting.push({ count: Number(count.replace(/\D/g, "")), pointer });
    channel.port2.postMessage(null);
  };
  const beat = (time) => {
    probe.beats.push(time);
    requestAnimationFrame(beat);
  };
  let started = false;
  probe.start = () => {
    probe.shown.length = probe.beats.length = 0;
    if (started) return;
    started = true;
    const options = { subtree: true, characterData: true, childList: true };
    new MutationObserver(look).observe(document.querySelector(".dx-count"), options);
    requestAnimationFrame(beat);
  };
})();
