/**
 * The menu of a card: what the view shows and how.
 * @import { Aggregate, Axis, Column, ScaleSpec, View } from "./types.js"
 * @import { Actions } from "./card-actions.js"
 */
import { calendarUnit } from "./calendar-units.js";
import { h } from "./dom.js";
import { isOrdered } from "./chart-kinds.js";
import { number } from "./number-format.js";
import { axesFor, likelyMeasured } from "./view-defaults.js";
import { findColumn } from "./view-text.js";

const AGGREGATES = { count: "Count of rows", sum: "Sum", mean: "Mean", min: "Minimum", max: "Maximum" };
const SCALES = { linear: "Linear", log: "Logarithmic", time: "Calendar", category: "Categories", boolean: "Yes or no" };
const TOPS = [5, 8, 12, 20, 30, 50, 100, 200];
/** What the server takes for "as many as are worth a bar". */
const DEFAULT_TOP = 24;
const NONE = "";

/** @typedef {{ value: string, label: string }} Option */

/**
 * @param {string} label @param {Option[]} options @param {string} value @param {(value: string) => void} choose
 */
function field(label, options, value, choose) {
  const items = options.map((option) => {
    const selected = option.value === value;
    return h("option", { value: option.value, selected }, option.label);
  });
  const select = h("select", { class: "dx-select", "aria-label": label, onchange: () => choose(select.value) }, ...items);
  return h("label", { class: "dx-menu-field" }, h("span", {}, label), select);
}

/** @param {number[]} values @returns {Option[]} */
const numbers = (values) => values.map((value) => ({ value: String(value), label: number(value) }));

/** @param {Column[]} columns @returns {Option[]} */
const named = (columns) => columns.map((column) => ({ value: column.name, label: column.label }));

/** @template T @param {T[]} list @param {number} index @param {T} value */
const replaced = (list, index, value) => list.with(index, value);

/** @param {View} view @param {Actions} actions */
function columnFields(view, actions) {
  const { description } = actions;
  const [x, y] = view.columns;
  if (x === undefined) return [];
  const show = (/** @type {string[]} */ names) => actions.change(view.id, axesFor(description, names.filter(Boolean)));
  const ordered = description.columns.filter(isOrdered);
  const choices = named(y ? ordered : description.columns);
  const first = field(y ? "Across" : "Column", choices, x, (name) => show(name === y ? [name] : [name, y ?? NONE]));
  if (!isOrdered(findColumn(description, x))) return [first];
  const others = [{ value: NONE, label: "None" }, ...named(ordered.filter((column) => column.name !== x))];
  return [first, field("Up", others, y ?? NONE, (name) => show([x, name]))];
}

/** @param {View} view @param {number} index @param {Actions} actions */
function scaleFields(view, index, actions) {
  const column = findColumn(actions.description, view.columns[index]);
  const scale = view.scales[index];
  const axis = actions.axes(view.id)[index];
  if (!column) return [];
  const suffix = view.columns.length > 1 ? ` ${index ? "up" : "across"}` : "";
  const set = (/** @type {Partial<typeof scale>} */ change) =>
    actions.change(view.id, { scales: replaced(view.scales, index, { ...scale, ...change }) });
  const types = column.scales.map((type) => ({ value: type, label: SCALES[type] }));
  const choose = (/** @type {string} */ type) => set({ type: /** @type {ScaleSpec["type"]} */ (type), domain: null });
  return [
    types.length > 1 && field(`Scale${suffix}`, types, scale.type, choose),
    axis?.edges && axis.choices.length > 1 && binsField(view, index, axis, `Bins${suffix}`, actions),
    scale.type === "category" && topField(column, scale.top, (top) => set({ top })),
  ];
}

/** @param {View} view @param {number} index @param {Axis} axis @param {string} label @param {Actions} actions */
function binsField(view, index, axis, label, actions) {
  const shown = axis.bins - 3;
  const choices = [...new Set([...axis.choices, shown])].sort((a, b) => a - b);
  return field(label, axis.type === "time" ? units(axis, choices) : numbers(choices), String(shown), (bins) =>
    actions.change(view.id, { bins: replaced(view.bins, index, Number(bins)) }));
}

/** @param {Axis} axis @param {number[]} choices @returns {Option[]} */
function units({ domain }, choices) {
  const [from, to] = /** @type {[number, number]} */ (domain);
  return choices.map((bins) => ({ value: String(bins), label: calendarUnit(from, to, bins) }));
}

/** @param {Column} column @param {number | null} top @param {(top: number) => void} choose */
function topField(column, top, choose) {
  const shown = Math.min(top ?? DEFAULT_TOP, column.distinct);
  const choices = [...new Set([...TOPS, shown])].filter((choice) => choice < column.distinct);
  if (column.distinct <= 1000) choices.push(column.distinct);
  const options = choices.sort((a, b) => a - b).map((choice) => {
    return { value: String(choice), label: `${choice === column.distinct ? "All" : "Top"} ${number(choice)}` };
  });
  return field("Values", options, String(shown), (value) => choose(Number(value)));
}

/** @param {View} view @param {Actions} actions */
function measureFields(view, actions) {
  const columns = actions.description.columns.filter((column) => column.kind === "number");
  const { aggregate, column } = view.measure;
  const options = Object.entries(AGGREGATES).map(([value, label]) => ({ value, label }));
  const set = (/** @type {Aggregate} */ chosen, /** @type {string | null} */ of) =>
    actions.change(view.id, { measure: { aggregate: chosen, column: chosen === "count" ? null : of } });
  const usable = columns.length ? options : options.slice(0, 1);
  const choose = (/** @type {string} */ chosen) => set(/** @type {Aggregate} */ (chosen), column ?? likelyMeasured(columns, view).name);
  const how = field("Measure", usable, aggregate, choose);
  return [how, column !== null && field("Of", named(columns), column, (of) => set(aggregate, of))];
}

/** On a phone every card is as wide as the page. @param {View} view @param {Actions} actions */
function sizeFields(view, actions) {
  const widths = numbers([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const heights = numbers([1, 2, 3, 4, 5, 6]);
  return [
    !matchMedia("(max-width: 719px)").matches &&
      field("Width", widths, String(view.width), (width) => actions.resize(view.id, Number(width), view.height)),
    field("Height", heights, String(view.height), (height) => actions.resize(view.id, view.width, Number(height))),
  ];
}

/** @param {View} view @param {Actions} actions @param {{ rename(): void, table(): void }} card @param {() => void} close */
function commands(view, actions, card, close) {
  const finish = (/** @type {() => void} */ act) => {
    close();
    act();
  };
  const command = (/** @type {string} */ label, /** @type {() => void} */ act, keys = "") =>
    h("button", { type: "button", class: "dx-menu-item", onclick: () => finish(act) }, label, keys && h("kbd", {}, keys));
  const zoomed = view.scales.some((scale) => scale.domain);
  const whole = () => actions.change(view.id, { scales: view.scales.map((scale) => ({ ...scale, domain: null })) });
  return [
    zoomed && command("Show the whole range", whole),
    actions.description.grows && actions.axes(view.id).some((axis) => axis.domain) && command("Widen to every value", () => actions.widen(view.id)),
    command("Rename", () => card.rename(), "F2"),
    command("Move earlier", () => actions.moveBy(view.id, -1), "Alt ←"),
    command("Move later", () => actions.moveBy(view.id, 1), "Alt →"),
    command("Show as table", () => card.table()),
    command("Remove", () => actions.remove(view.id)),
  ];
}

/**
 * Fills a card's menu with what suits the view now.
 * @param {HTMLElement} menu @param {View} view @param {Actions} actions
 * @param {{ rename(): void, table(): void }} card @param {() => void} close
 */
export function fillMenu(menu, view, actions, card, close) {
  const labelled = (/** @type {Element | null | undefined} */ element) => element?.querySelector("span")?.textContent;
  const focused = labelled(document.activeElement?.closest("label"));
  const fields = [
    ...columnFields(view, actions),
    ...view.columns.flatMap((_, index) => scaleFields(view, index, actions)),
    ...measureFields(view, actions),
    ...sizeFields(view, actions),
  ].filter((element) => element instanceof HTMLElement);
  const items = commands(view, actions, card, close).filter((element) => element instanceof HTMLElement);
  menu.replaceChildren(h("div", { class: "dx-menu-fields" }, ...fields), h("div", { class: "dx-menu-items" }, ...items));
  if (focused) fields.find((element) => labelled(element) === focused)?.querySelector("select")?.focus();
}
