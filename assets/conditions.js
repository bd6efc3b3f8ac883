/** The Dash component window.dx.Conditions: the row conditions of a share, one line each; a row must meet all of them. */
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
    const setLines = (/** @type {any[]} */ next) => setProps({ value: next });
    const changeLine = (/** @type {number} */ at, /** @type {any} */ line) =>
      setLines(lines.map((/** @type {any} */ old, /** @type {number} */ index) => (index === at ? line : old)));
    const removeLine = (/** @type {number} */ at) => setLines(lines.filter((/** @type {any} */ _, /** @type {number} */ index) => index !== at));
    const addLine = () => setLines([...lines, createBlank(columns[0])]);
    const shown = lines.map((/** @type {any} */ line, /** @type {number} */ at) =>
      h(ConditionLine, { key: at, at, columns, line, change: (/** @type {any} */ next) => changeLine(at, next), remove: () => removeLine(at) }));
    const more = h("button", { type: "button", className: "dx-quiet-button", onClick: addLine }, "Add condition");
    const words = lines.length ? "Rows that match all conditions" : "All rows";
    return h("fieldset", { className: "dx-many" }, h("legend", { className: "dx-label" }, "Rows"),
      h("p", { className: "dx-weak" }, words), shown, more);
  }

  /** @param {any} column */
  const createBlank = (column) => ({ column: column.name, filter: BLANK[getFirstOperator(column)] });

  /** @param {any} column @returns {keyof typeof BLANK} */
  const getFirstOperator = (column) => /** @type {any} */ (OPERATORS[column.kind][0][0]);

  /** @param {any} props */
  function ConditionLine({ at, columns, line, change, remove }) {
    const column = columns.find((/** @type {any} */ each) => each.name === line.column) ?? { ...columns[0], name: line.column, label: line.column };
    const known = columns.some((/** @type {any} */ each) => each.name === line.column) ? columns : [column, ...columns];
    const names = known.map((/** @type {any} */ each) => [each.name, each.label]);
    const chooseColumn = (/** @type {string} */ name) => change(createBlank(columns.find((/** @type {any} */ each) => each.name === name)));
    const chooseOperator = (/** @type {string} */ type) => change({ ...line, filter: BLANK[/** @type {keyof typeof BLANK} */ (type)] });
    const changeFilter = (/** @type {any} */ next) => change({ ...line, filter: { ...line.filter, ...next } });
    const cross = h("span", { className: "dx-icon dx-icon-close", "aria-hidden": true });
    const number = at + 1;
    return h("div", { className: "dx-condition", role: "group", "aria-label": `Condition ${number}` },
      h("div", { className: "dx-condition-head" },
        renderSelect(`Column of condition ${number}`, line.column, names, chooseColumn),
        renderSelect(`Operator of condition ${number}`, line.filter.type, OPERATORS[column.kind], chooseOperator),
        h("button", { type: "button", className: "dx-icon-button", "aria-label": `Remove condition ${number}`, onClick: remove }, cross)),
      line.filter.type === "interval" ? h(IntervalEditor, { column, filter: line.filter, set: changeFilter, number }) : null,
      line.filter.type === "members" ? h(MembersEditor, { column, filter: line.filter, set: changeFilter }) : null);
  }

  /** @param {string} label @param {string} value @param {[string, string][]} options @param {(value: string) => void} set */
  function renderSelect(label, value, options, set) {
    const offered = options.map(([key, words]) => h("option", { key, value: key }, words));
    const handleChange = (/** @type {any} */ event) => set(event.target.value);
    return h("select", { className: "dx-select", "aria-label": label, value, onChange: handleChange }, offered);
  }

  /** @param {any} props */
  function IntervalEditor({ column, filter, set, number }) {
    const time = column.kind === "time";
    const renderBound = (/** @type {"lo" | "hi"} */ end, /** @type {string} */ words) =>
      h("label", { className: "dx-bound" }, words, h("input", {
        className: "dx-input", type: time ? "datetime-local" : "number", step: time ? 60 : "any",
        "aria-label": `${words} of condition ${number}`,
        defaultValue: formatBound(filter[end], time),
        onChange: (/** @type {any} */ event) => set({ [end]: parseBound(event.target.value, time) }),
      }));
    return h("div", { className: "dx-bounds" }, renderBound("lo", "From"), renderBound("hi", time ? "Before" : "Below"),
      renderCheckbox("No value", filter.nulls, (on) => set({ nulls: on })), time ? h("span", { className: "dx-weak" }, "UTC") : null);
  }

  /** @param {number | null} value @param {boolean} time */
  function formatBound(value, time) {
    if (value === null || value === undefined) return "";
    return time ? new Date(value).toISOString().slice(0, 16) : String(value);
  }

  /** @param {string} text @param {boolean} time */
  function parseBound(text, time) {
    if (text === "") return null;
    return time ? Date.parse(`${text}Z`) : Number(text);
  }

  /** @param {any} props */
  function MembersEditor({ column, filter, set }) {
    const offered = column.kind === "boolean" ? BOOLEANS : [...new Set([...filter.values, ...column.values])];
    const toggleMember = (/** @type {string} */ value, /** @type {boolean} */ on) =>
      set({ values: on ? [...filter.values, value] : filter.values.filter((/** @type {string} */ each) => each !== value) });
    const ticks = offered.map((value) => renderCheckbox(value || "(empty)", filter.values.includes(value), (on) => toggleMember(value, on)));
    return h("div", { className: "dx-ticks", tabIndex: 0 }, ...ticks, renderCheckbox("No value", filter.nulls, (on) => set({ nulls: on })));
  }

  /** @param {string} label @param {boolean} checked @param {(on: boolean) => void} set */
  function renderCheckbox(label, checked, set) {
    const handleChange = (/** @type {any} */ event) => set(event.target.checked);
    return h("label", { key: label, className: "dx-tick" }, h("input", { type: "checkbox", checked: Boolean(checked), onChange: handleChange }), label);
  }

  window.dx = Object.assign(window.dx ?? {}, { Conditions });
})();
