/** The Dash component window.dx.Conditions: which rows a share shows, a line for each condition, all to be met. */
(function () {
  const { createElement: h } = window.React;
  /** @type {Record<string, [string, string][]>} */
  const OPERATORS = {
    number: [["interval", "is between"], ["nulls", "has no value"]],
    time: [["interval", "is between"], ["nulls", "has no value"]],
    category: [["members", "is one of"], ["nulls", "has no value"]],
    boolean: [["members", "is"], ["nulls", "has no value"]],
  };
  const BOOLEANS = ["true", "false"];
  const BLANK = {
    interval: { type: "interval", lo: null, hi: null, nulls: false },
    members: { type: "members", values: [], nulls: false },
    nulls: { type: "nulls" },
  };

  /** @param {any} props */
  function Conditions({ columns, value, setProps }) {
    const lines = value ?? [];
    const set = (/** @type {any[]} */ next) => setProps({ value: next });
    const change = (/** @type {number} */ at, /** @type {any} */ line) =>
      set(lines.map((/** @type {any} */ old, /** @type {number} */ index) => (index === at ? line : old)));
    const remove = (/** @type {number} */ at) => set(lines.filter((/** @type {any} */ _, /** @type {number} */ index) => index !== at));
    const add = () => set([...lines, blank(columns[0])]);
    const shown = lines.map((/** @type {any} */ line, /** @type {number} */ at) =>
      h(Line, { key: at, at, columns, line, change: (/** @type {any} */ next) => change(at, next), remove: () => remove(at) }));
    const more = h("button", { type: "button", className: "dx-quiet-button", onClick: add }, "Add a condition");
    const words = lines.length ? "Rows that meet all of these" : "Every row";
    return h("fieldset", { className: "dx-many" }, h("legend", { className: "dx-label" }, "Rows"),
      h("p", { className: "dx-weak" }, words), shown, more);
  }

  /** @param {any} column */
  const blank = (column) => ({ column: column.name, filter: BLANK[first(column)] });

  /** @param {any} column @returns {keyof typeof BLANK} */
  const first = (column) => /** @type {any} */ (OPERATORS[column.kind][0][0]);

  /** @param {any} props */
  function Line({ at, columns, line, change, remove }) {
    const column = columns.find((/** @type {any} */ each) => each.name === line.column) ?? { ...columns[0], name: line.column, label: line.column };
    const known = columns.some((/** @type {any} */ each) => each.name === line.column) ? columns : [column, ...columns];
    const names = known.map((/** @type {any} */ each) => [each.name, each.label]);
    const choose = (/** @type {string} */ name) => change(blank(columns.find((/** @type {any} */ each) => each.name === name)));
    const operate = (/** @type {string} */ type) => change({ ...line, filter: BLANK[/** @type {keyof typeof BLANK} */ (type)] });
    const filter = (/** @type {any} */ next) => change({ ...line, filter: { ...line.filter, ...next } });
    const cross = h("span", { className: "dx-icon dx-icon-close", "aria-hidden": true });
    const number = at + 1;
    return h("div", { className: "dx-condition", role: "group", "aria-label": `Condition ${number}` },
      h("div", { className: "dx-condition-head" },
        select(`Column of condition ${number}`, line.column, names, choose),
        select(`How condition ${number} compares`, line.filter.type, OPERATORS[column.kind], operate),
        h("button", { type: "button", className: "dx-icon-button", "aria-label": `Remove condition ${number}`, onClick: remove }, cross)),
      line.filter.type === "interval" ? h(Interval, { column, filter: line.filter, set: filter, number }) : null,
      line.filter.type === "members" ? h(Members, { column, filter: line.filter, set: filter }) : null);
  }

  /** @param {string} label @param {string} value @param {[string, string][]} options @param {(value: string) => void} set */
  function select(label, value, options, set) {
    const offered = options.map(([key, words]) => h("option", { key, value: key }, words));
    const choose = (/** @type {any} */ event) => set(event.target.value);
    return h("select", { className: "dx-select", "aria-label": label, value, onChange: choose }, offered);
  }

  /** @param {any} props */
  function Interval({ column, filter, set, number }) {
    const time = column.kind === "time";
    const bound = (/** @type {"lo" | "hi"} */ end, /** @type {string} */ words) =>
      h("label", { className: "dx-bound" }, words, h("input", {
        className: "dx-input", type: time ? "datetime-local" : "number", step: time ? 60 : "any",
        "aria-label": `${words} of condition ${number}`,
        defaultValue: written(filter[end], time),
        onChange: (/** @type {any} */ event) => set({ [end]: read(event.target.value, time) }),
      }));
    return h("div", { className: "dx-bounds" }, bound("lo", "From"), bound("hi", time ? "Until" : "Below"),
      tick("No value", filter.nulls, (on) => set({ nulls: on })), time ? h("span", { className: "dx-weak" }, "UTC") : null);
  }

  /** @param {number | null} value @param {boolean} time */
  function written(value, time) {
    if (value === null || value === undefined) return "";
    return time ? new Date(value).toISOString().slice(0, 16) : String(value);
  }

  /** @param {string} text @param {boolean} time */
  function read(text, time) {
    if (text === "") return null;
    return time ? Date.parse(`${text}Z`) : Number(text);
  }

  /** @param {any} props */
  function Members({ column, filter, set }) {
    const offered = column.kind === "boolean" ? BOOLEANS : [...new Set([...filter.values, ...column.values])];
    const toggle = (/** @type {string} */ value, /** @type {boolean} */ on) =>
      set({ values: on ? [...filter.values, value] : filter.values.filter((/** @type {string} */ each) => each !== value) });
    const ticks = offered.map((value) => tick(value || "(empty)", filter.values.includes(value), (on) => toggle(value, on)));
    return h("div", { className: "dx-ticks", tabIndex: 0 }, ...ticks, tick("No value", filter.nulls, (on) => set({ nulls: on })));
  }

  /** @param {string} label @param {boolean} checked @param {(on: boolean) => void} set */
  function tick(label, checked, set) {
    const change = (/** @type {any} */ event) => set(event.target.checked);
    return h("label", { key: label, className: "dx-tick" }, h("input", { type: "checkbox", checked: Boolean(checked), onChange: change }), label);
  }

  window.dx = Object.assign(window.dx ?? {}, { Conditions });
})();
