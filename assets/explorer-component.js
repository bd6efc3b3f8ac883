/** The Dash component window.dx.Explorer: it hands its element to assets/explore/mount.js and renders nothing itself. */
(function () {
  const LOAD_ERROR = "The page couldn't be loaded. Reload to try again.";

  /** @param {any} props */
  function Explorer(props) {
    const { createElement, useEffect, useRef, useState } = window.React;
    const host = useRef(null);
    const page = useRef(null);
    const latest = useRef(props);
    const [failed, setFailed] = useState(false);
    latest.current = props;
    useEffect(() => {
      let gone = false;
      const mountPage = (/** @type {any} */ { mount }) => {
        const setProps = (/** @type {any} */ change) => latest.current.setProps(change);
        if (!gone) page.current = mount(host.current, latest.current, setProps);
      };
      import("./explore/mount.js").then(mountPage, () => setFailed(true));
      return () => {
        gone = true;
        page.current?.destroy();
      };
    }, []);
    useEffect(() => page.current?.update(props));
    const apology = failed && createElement("p", { role: "alert", className: "dx-state" }, LOAD_ERROR);
    return createElement("div", { id: props.id, className: "dx-explorer" }, createElement("div", { ref: host }), apology);
  }

  window.dx = Object.assign(window.dx ?? {}, { Explorer });
  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, {
    dx: { mirrorExploration: (/** @type {unknown} */ exploration) => exploration },
  });
})();
