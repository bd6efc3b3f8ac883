/** Dash components of forms and panels: window.dx.Dialog, Field and Formatted. Plain elements, no library. */
(function () {
  const { createElement: h, useEffect, useRef, useState } = window.React;
  const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
  const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const TENTH = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
  const MANY = 12;

  /** @param {number} bytes */
  function formatBytes(bytes) {
    const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
    return `${(power ? TENTH : WHOLE).format(bytes / 1024 ** power)}\u2009${UNITS[power]}`;
  }

  /** A value of a kind as people read it; moments in the clock of the browser. */
  const FORMATS = {
    moment: (/** @type {string} */ value) => MOMENT.format(new Date(value)),
    bytes: formatBytes,
    number: (/** @type {number} */ value) => WHOLE.format(value),
    seconds: (/** @type {number} */ value) => `${TENTH.format(value)}\u2009s`,
    milliseconds: (/** @type {number} */ value) => `${TENTH.format(value)}\u2009ms`,
  };

  /** @param {any} props */
  function Formatted({ value, kind, empty }) {
    if (value === null || value === undefined) return h("span", { className: "dx-weak" }, empty ?? "–");
    const text = /** @type {Record<string, Function>} */ (FORMATS)[kind](value);
    return kind === "moment" ? h("time", { dateTime: value, title: value }, text) : h("span", null, text);
  }

  /** @param {any} props */
  function Dialog(props) {
    const host = useRef(null);
    const shut = () => props.setProps({ open: false });
    useEffect(() => {
      const dialog = host.current;
      if (props.open && !dialog.open) dialog.showModal();
      if (!props.open && dialog.open) dialog.close();
    });
    const cross = h("span", { className: "dx-icon dx-icon-close", "aria-hidden": true });
    const close = { type: "button", className: "dx-icon-button", "aria-label": "Close", onClick: shut };
    const header = h("header", null, h("h2", { id: `${props.id}-title` }, props.title), h("button", close, cross));
    const enter = (/** @type {any} */ event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      host.current.querySelector(".dx-dialog-buttons button")?.click();
    };
    const frame = { id: props.id, ref: host, className: "dx-dialog", onClose: shut, onKeyDown: enter, "aria-labelledby": `${props.id}-title` };
    return h("dialog", frame, header, h("div", { className: "dx-dialog-body" }, props.children));
  }

  /** @param {any} props */
  function Field(props) {
    const { kind, label, error } = props;
    if (kind === "many") return h(Many, props);
    const control = kind === "choice" ? h(Choice, props) : kind === "yes" ? h(Yes, props) : h(Text, props);
    const problem = error ? h("span", { className: "dx-field-error", role: "alert" }, error) : null;
    const words = h("span", { className: props.quiet ? "dx-unseen" : "dx-label" }, label);
    return h("label", { className: `dx-control dx-control-${kind}` }, words, control, problem);
  }

  /** @param {any} props */
  function Text({ id, kind, value, placeholder, list, setProps, wait, fill }) {
    const [text, setText] = useState(value ?? "");
    const timer = useRef(0);
    useEffect(() => setText(value ?? ""), [value]);
    const change = (/** @type {any} */ event) => {
      const typed = event.target.value;
      setText(typed);
      if (!wait) return setProps({ value: typed });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setProps({ value: typed }), wait);
    };
    const options = (list ?? []).map((/** @type {string} */ each) => h("option", { key: each, value: each }));
    const key = typeof id === "string" ? id : JSON.stringify(id);
    const attributes = { type: kind, value: text, placeholder, onChange: change, className: "dx-input", autoComplete: fill ?? "off" };
    if (!list) return h("input", { ...attributes, id: key });
    const suggestions = h("datalist", { id: `${key}-list` }, options);
    return h(window.React.Fragment, null, h("input", { ...attributes, id: key, list: `${key}-list` }), suggestions);
  }

  /** @param {any} props */
  function Choice({ value, options, setProps }) {
    const choose = (/** @type {any} */ event) => setProps({ value: event.target.value });
    const offered = options.map((/** @type {any} */ each) => h("option", { key: each.value, value: each.value }, each.label));
    return h("select", { className: "dx-select", value: value ?? "", onChange: choose }, offered);
  }

  /** @param {any} props */
  function Yes({ value, setProps }) {
    const set = (/** @type {any} */ event) => setProps({ value: event.target.checked });
    return h("input", { type: "checkbox", checked: Boolean(value), onChange: set });
  }

  /** Some of many: boxes to tick, found by typing when there are many. @param {any} props */
  function Many({ label, value, options, setProps }) {
    const [wanted, setWanted] = useState("");
    const chosen = value ?? [];
    const toggle = (/** @type {any} */ event, /** @type {string} */ each) => {
      const others = chosen.filter((/** @type {string} */ other) => other !== each);
      setProps({ value: event.target.checked ? [...others, each] : others });
    };
    const fits = (/** @type {any} */ each) => each.label.toLowerCase().includes(wanted.toLowerCase());
    const box = (/** @type {any} */ { value: each, label: words }) =>
      h("label", { key: each, className: "dx-tick" },
        h("input", { type: "checkbox", checked: chosen.includes(each), onChange: (/** @type {any} */ event) => toggle(event, each) }),
        words);
    const find = { type: "search", className: "dx-input", value: wanted, placeholder: "Find", "aria-label": `Find in ${label}`,
      onChange: (/** @type {any} */ event) => setWanted(event.target.value) };
    return h("fieldset", { className: "dx-many" }, h("legend", { className: "dx-label" }, label),
      options.length > MANY ? h("input", find) : null,
      h("div", { className: "dx-ticks", tabIndex: 0 }, options.filter(fits).map(box)));
  }

  window.dx = Object.assign(window.dx ?? {}, { Dialog, Field, Formatted, formats: FORMATS });
})();
