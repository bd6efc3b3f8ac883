// Runs before the page's own scripts and measures the frames of the page.
//
// A frame begins with the first pointermove that the browser delivers, right before the animation-frame callbacks. It ends
// when a message that was posted in the first of these callbacks arrives: that is the next task, after style, layout,
// painting and handing over to the compositor.
(() => {
  const now = () => performance.now();
  const schedule = window.requestAnimationFrame.bind(window);
  const measure = performance.measure.bind(performance);
  const ends = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => ends.shift()(now());
  const atEnd = (act) => {
    ends.push(act);
    channel.port2.postMessage(null);
  };

  let frame = null;
  let beating = 0;
  const probe = (window.dxProbe = { frames: [], beats: [], activations: [], answers: [], tasks: [] });

  const finish = (end) => {
    probe.frames.push({ ...frame, end });
    frame = null;
  };
  const begin = () => {
    frame.began = now();
    atEnd(finish);
  };
  const moved = (event) => {
    if (!event.buttons) return;
    if (!frame) schedule(begin);
    frame ??= { delivered: now(), handling: 0, callbacks: 0, data: 0, slices: 0 };
    frame.pointer = event.timeStamp;
    frame.handling -= now();
  };
  const handled = (event) => {
    if (event.buttons) frame.handling += now();
  };
  window.addEventListener("pointermove", moved, { capture: true });
  window.addEventListener("pointermove", handled);

  window.requestAnimationFrame = (callback) =>
    schedule((time) => {
      const start = now();
      callback(time);
      if (frame) frame.callbacks += now() - start;
    });

  performance.measure = (name, span) => {
    if (name === "dx:frame" && frame) {
      frame.data += span.end - span.start;
      frame.slices += 1;
    }
    if (name === "dx:activation") atEnd((end) => probe.activations.push({ start: span.start, painted: end - span.start }));
    return measure(name, span);
  };

  const beat = (time) => {
    probe.beats.push(time);
    beating = schedule(beat);
  };
  probe.start = () => {
    probe.frames.length = probe.beats.length = probe.tasks.length = 0;
    beating = schedule(beat);
  };
  probe.stop = () => {
    cancelAnimationFrame(beating);
    const { frames, beats, tasks } = probe;
    return { frames: [...frames], beats: [...beats], tasks: [...tasks], isolated: crossOriginIsolated };
  };

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!new URL(entry.name).pathname.endsWith("/cubes")) continue;
      const { startTime: start, responseStart: first, responseEnd: end, transferSize: wire, decodedBodySize: bytes } = entry;
      const { active, detail } = JSON.parse(new URL(entry.name).searchParams.get("x"));
      probe.answers.push({ start, first, end, wire, bytes, active, detail });
    }
  }).observe({ type: "resource" });
  new PerformanceObserver((list) => probe.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
})();
