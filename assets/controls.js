/** Dash components of forms and panels: window.dx.Dialog, Field and Formatted. Plain elements, no library. */
(function () {
  const { createElement: h, useEffect, useRef, useState } = window.React;
  const MOMENT_FORMAT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
  const WHOLE_FORMAT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const TENTH_FORMAT = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
  const SEARCH_THRESHOLD = 12;

  /** @param {number} bytes */
  function formatBytes(bytes) {
    const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
    return `${(power ? TENTH_FORMAT : WHOLE_FORMAT).format(bytes / 1024 ** power)}\u2009${UNITS[power]}`;
  }

  /** Formatters by kind of value; times in the browser's time zone. */
  const FORMATS = {
    moment: (/** @type {string} */ value) => MOMENT_FORMAT.format(new Date(value)),
    bytes: formatBytes,
    number: (/** @type {number} */ value) => WHOLE_FORMAT.format(value),
    seconds: (/** @type {number} */ value) => `${TENTH_FORMAT.format(value)}\u2009s`,
    milliseconds: (/** @type {number} */ value) => `${TENTH_FORMAT.format(value)}\u2009ms`,
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
    const closeDialog = () => props.setProps({ open: false });
    useEffect(() => {
      const dialog = host.current;
      if (props.open && !dialog.open) dialog.showModal();
      if (!props.open && dialog.open) dialog.close();
    });
    const cross = h("span", { className: "dx-icon dx-icon-close", "aria-hidden": true });
    const close = { type: "button", className: "dx-icon-button", "aria-label": "Close", onClick: closeDialog };
    const header = h("header", null, h("h2", { id: `${props.id}-title` }, props.title), h("button", close, cross));
    const submitOnEnter = (/** @type {any} */ event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      host.current.querySelector(".dx-dialog-buttons button")?.click();
    };
    const frame = { id: props.id, ref: host, className: "dx-dialog", onClose: closeDialog, onKeyDown: submitOnEnter, "aria-labelledby": `${props.id}-title` };
    return h("dialog", frame, header, h("div", { className: "dx-dialog-body" }, props.children));
  }

  /** @param {any} props */
  function Field(props) {
    const { kind, label, error } = props;
    if (kind === "hidden") return null;
    if (kind === "many") return h(MultiSelect, props);
    const control = h(kind === "choice" ? ChoiceSelect : TextInput, props);
    const problem = error ? h("span", { className: "dx-field-error", role: "alert" }, error) : null;
    const words = h("span", { className: props.quiet ? "visually-hidden" : "dx-label" }, label);
    return h("label", { className: `dx-control dx-control-${kind}` }, words, control, problem);
  }

  /** @param {any} props */
  function TextInput({ id, kind, value, placeholder, list, setProps, wait, fill }) {
    const [text, setText] = useState(value ?? "");
    const timer = useRef(0);
    useEffect(() => setText(value ?? ""), [value]);
    const handleChange = (/** @type {any} */ event) => {
      const typed = event.target.value;
      setText(typed);
      if (!wait) return setProps({ value: typed });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setProps({ value: typed }), wait);
    };
    const options = (list ?? []).map((/** @type {string} */ each) => h("option", { key: each, value: each }));
    const key = typeof id === "string" ? id : JSON.stringify(id);
    const attributes = { type: kind, value: text, placeholder, onChange: handleChange, className: "dx-input", autoComplete: fill ?? "off" };
    if (!list) return h("input", { ...attributes, id: key });
    const suggestions = h("datalist", { id: `${key}-list` }, options);
    return h(window.React.Fragment, null, h("input", { ...attributes, id: key, list: `${key}-list` }), suggestions);
  }

  /** @param {any} props */
  function ChoiceSelect({ value, options, setProps }) {
    const handleChange = (/** @type {any} */ event) => setProps({ value: event.target.value });
    const offered = options.map((/** @type {any} */ each) => h("option", { key: each.value, value: each.value }, each.label));
    return h("select", { className: "dx-select", value: value ?? "", onChange: handleChange }, offered);
  }

  /** A multi-select: checkboxes, with a search field when there are many. @param {any} props */
  function MultiSelect({ label, value, options, setProps }) {
    const [wanted, setWanted] = useState("");
    const chosen = value ?? [];
    const toggleOption = (/** @type {any} */ event, /** @type {string} */ each) => {
      const others = chosen.filter((/** @type {string} */ other) => other !== each);
      setProps({ value: event.target.checked ? [...others, each] : others });
    };
    const matchesSearch = (/** @type {any} */ each) => each.label.toLowerCase().includes(wanted.toLowerCase());
    const renderOption = (/** @type {any} */ { value: each, label: words }) =>
      h("label", { key: each, className: "dx-tick" },
        h("input", { type: "checkbox", checked: chosen.includes(each), onChange: (/** @type {any} */ event) => toggleOption(event, each) }),
        words);
    const find = { type: "search", className: "dx-input", value: wanted, placeholder: "Search", "aria-label": `Search ${label}`,
      onChange: (/** @type {any} */ event) => setWanted(event.target.value) };
    return h("fieldset", { className: "dx-many" }, h("legend", { className: "dx-label" }, label),
      options.length > SEARCH_THRESHOLD ? h("input", find) : null,
      h("div", { className: "dx-ticks", tabIndex: 0 }, options.filter(matchesSearch).map(renderOption)));
  }

  window.dx = Object.assign(window.dx ?? {}, { Dialog, Field, Formatted, formats: FORMATS });
})();
