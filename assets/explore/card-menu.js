/**
 * The menu of a card: what its view shows and how.
 * @import { CubeAxis, Column, ScaleSpec, View } from "./types.js"
 * @import { Aggregate } from "../charts/types.js"
 * @import { CardActions } from "./card-actions.js"
 */
import { AGGREGATES } from "../charts/aggregates.js";
import { findCalendarUnit } from "./calendar-units.js";
import { h } from "./dom.js";
import { VALUE_AXES } from "./exploration.js";
import { BAR_ORDERS, ORDER_LABELS } from "./sort-button.js";
import { VALUE_AXIS_LABELS } from "./value-axis-toggle.js";
import { getChartKind, isOrderedColumn } from "./view-kinds.js";
import { formatPreciseNumber } from "./number-format.js";
import { createAxes, guessMeasuredColumn } from "./view-defaults.js";
import { findColumn } from "./view-text.js";

const SCALE_LABELS = { linear: "Linear", log: "Logarithmic", time: "Time", category: "Categories", boolean: "True or false" };
const TOP_CHOICES = [5, 8, 12, 20, 30, 50, 100, 200];
/** How many categories the server shows when the number is left to it. */
const AUTOMATIC_TOP = 24;
const NONE = "";

/** @typedef {{ value: string, label: string }} MenuOption */

/**
 * @param {string} label @param {MenuOption[]} options @param {string} value @param {(value: string) => void} choose
 */
function createField(label, options, value, choose) {
  const items = options.map((option) => {
    const selected = option.value === value;
    return h("option", { value: option.value, selected }, option.label);
  });
  const select = h("select", { class: "dx-select", "aria-label": label, onchange: () => choose(select.value) }, ...items);
  return h("label", { class: "dx-menu-field" }, h("span", {}, label), select);
}

/** How the bars of categories are sorted. @param {View} view @param {CardActions} actions */
function createOrderField(view, actions) {
  const options = [{ value: NONE, label: ORDER_LABELS.column }, ...BAR_ORDERS.map((order) => ({ value: order, label: ORDER_LABELS[order] }))];
  const choose = (/** @type {string} */ order) => actions.changeView(view.id, { order: BAR_ORDERS.find((known) => known === order) ?? null });
  return createField("Sorted", options, view.order ?? NONE, choose);
}

/** What bars and colours are scaled to. @param {View} view @param {CardActions} actions */
function createValueAxisField(view, actions) {
  const options = [{ value: NONE, label: "As the page" }, ...VALUE_AXES.map((value) => ({ value: String(value), label: VALUE_AXIS_LABELS[value] }))];
  const choose = (/** @type {string} */ chosen) => actions.changeView(view.id, { value_axis: VALUE_AXES.find((known) => known === chosen) ?? null });
  return createField("Scaled to", options, view.value_axis ?? NONE, choose);
}

/** @param {number[]} values @returns {MenuOption[]} */
const createNumberOptions = (values) => values.map((value) => ({ value: String(value), label: formatPreciseNumber(value) }));

/** @param {Column[]} columns @returns {MenuOption[]} */
const createColumnOptions = (columns) => columns.map((column) => ({ value: column.name, label: column.label }));

/** @template T @param {T[]} list @param {number} index @param {T} value */
const replaceAt = (list, index, value) => list.with(index, value);

/** @param {View} view @param {CardActions} actions */
function createColumnFields(view, actions) {
  const { description } = actions;
  const [x, y] = view.columns;
  if (x === undefined) return [];
  const setColumns = (/** @type {string[]} */ names) => actions.changeView(view.id, createAxes(description, names.filter(Boolean)));
  const ordered = description.columns.filter(isOrderedColumn);
  const choices = createColumnOptions(y ? ordered : description.columns);
  const first = createField(y ? "First column" : "Column", choices, x, (name) => setColumns(name === y ? [name] : [name, y ?? NONE]));
  if (!isOrderedColumn(findColumn(description, x))) return [first];
  const others = [{ value: NONE, label: "None" }, ...createColumnOptions(ordered.filter((column) => column.name !== x))];
  return [first, createField("Second column", others, y ?? NONE, (name) => setColumns([x, name]))];
}

/** @param {View} view @param {number} index @param {CardActions} actions */
function createScaleFields(view, index, actions) {
  const column = findColumn(actions.description, view.columns[index]);
  const scale = view.scales[index];
  const axis = actions.getAxes(view.id)[index];
  if (!column) return [];
  const suffix = view.columns.length > 1 ? ` (${index ? "second" : "first"})` : "";
  const setScale = (/** @type {Partial<typeof scale>} */ change) =>
    actions.changeView(view.id, { scales: replaceAt(view.scales, index, { ...scale, ...change }) });
  const types = column.scales.map((type) => ({ value: type, label: SCALE_LABELS[type] }));
  const chooseType = (/** @type {string} */ type) => setScale({ type: /** @type {ScaleSpec["type"]} */ (type), domain: null });
  return [
    types.length > 1 && createField(`Scale${suffix}`, types, scale.type, chooseType),
    axis?.edges && axis.choices.length > 1 && createBinsField(view, index, axis, `Bins${suffix}`, actions),
    scale.type === "category" && createTopField(column, scale.top, (top) => setScale({ top })),
  ];
}

/** @param {View} view @param {number} index @param {CubeAxis} axis @param {string} label @param {CardActions} actions */
function createBinsField(view, index, axis, label, actions) {
  const shown = axis.bins - 3;
  const choices = [...new Set([...axis.choices, shown])].sort((a, b) => a - b);
  return createField(label, axis.type === "time" ? createCalendarOptions(axis, choices) : createNumberOptions(choices), String(shown), (bins) =>
    actions.changeView(view.id, { bins: replaceAt(view.bins, index, Number(bins)) }));
}

/** @param {CubeAxis} axis @param {number[]} choices @returns {MenuOption[]} */
function createCalendarOptions({ domain }, choices) {
  const [from, to] = /** @type {[number, number]} */ (domain);
  return choices.map((bins) => ({ value: String(bins), label: findCalendarUnit(from, to, bins) }));
}

/** @param {Column} column @param {number | null} top @param {(top: number) => void} choose */
function createTopField(column, top, choose) {
  const shown = Math.min(top ?? AUTOMATIC_TOP, column.distinct);
  const choices = [...new Set([...TOP_CHOICES, shown])].filter((choice) => choice < column.distinct);
  if (column.distinct <= 1000) choices.push(column.distinct);
  const options = choices.sort((a, b) => a - b).map((choice) => {
    return { value: String(choice), label: `${choice === column.distinct ? "All" : "Top"} ${formatPreciseNumber(choice)}` };
  });
  return createField("Categories", options, String(shown), (value) => choose(Number(value)));
}

/** @param {View} view @param {CardActions} actions */
function createMeasureFields(view, actions) {
  const columns = actions.description.columns.filter((column) => column.kind === "number");
  const { aggregate, column } = view.measure;
  const options = Object.entries(AGGREGATES).map(([value, { label }]) => ({ value, label }));
  const setMeasure = (/** @type {Aggregate} */ chosen, /** @type {string | null} */ of) =>
    actions.changeView(view.id, { measure: { aggregate: chosen, column: AGGREGATES[chosen].needsColumn ? of : null } });
  const usable = columns.length ? options : options.slice(0, 1);
  const chooseAggregate = (/** @type {string} */ chosen) => setMeasure(/** @type {Aggregate} */ (chosen), column ?? guessMeasuredColumn(columns, view).name);
  const how = createField("Measure", usable, aggregate, chooseAggregate);
  return [how, column !== null && createField("Measured column", createColumnOptions(columns), column, (of) => setMeasure(aggregate, of))];
}

/** On a phone every card is as wide as the page. @param {View} view @param {CardActions} actions */
function createSizeFields(view, actions) {
  const widths = createNumberOptions([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const heights = createNumberOptions([1, 2, 3, 4, 5, 6]);
  return [
    !matchMedia("(max-width: 719px)").matches &&
      createField("Width", widths, String(view.width), (width) => actions.resizeView(view.id, Number(width), view.height)),
    createField("Height", heights, String(view.height), (height) => actions.resizeView(view.id, view.width, Number(height))),
  ];
}

/** @param {View} view @param {CardActions} actions @param {{ startRename(): void, showTable(): void }} card @param {() => void} close */
function createCommands(view, actions, card, close) {
  const runAndClose = (/** @type {() => void} */ act) => {
    close();
    act();
  };
  const createCommand = (/** @type {string} */ label, /** @type {() => void} */ act, keys = "") =>
    h("button", { type: "button", class: "dx-menu-item", onclick: () => runAndClose(act) }, label, keys && h("kbd", {}, keys));
  const zoomed = view.scales.some((scale) => scale.domain);
  const resetDomains = () => actions.changeView(view.id, { scales: view.scales.map((scale) => ({ ...scale, domain: null })) });
  return [
    zoomed && createCommand("Reset zoom", resetDomains),
    actions.description.grows && actions.getAxes(view.id).some((axis) => axis.domain) && createCommand("Fit axis to all values", () => actions.widenScales(view.id)),
    createCommand("Rename", () => card.startRename(), "F2"),
    createCommand("Move back", () => actions.moveViewBy(view.id, -1), "Alt ←"),
    createCommand("Move forward", () => actions.moveViewBy(view.id, 1), "Alt →"),
    createCommand("Show as table", () => card.showTable()),
    createCommand("Remove", () => actions.removeView(view.id)),
  ];
}

/**
 * Fills a card's menu with the fields and commands for its view.
 * @param {HTMLElement} menu @param {View} view @param {CardActions} actions
 * @param {{ startRename(): void, showTable(): void }} card @param {() => void} close
 */
export function fillCardMenu(menu, view, actions, card, close) {
  const getLabel = (/** @type {Element | null | undefined} */ element) => element?.querySelector("span")?.textContent;
  const focused = getLabel(document.activeElement?.closest("label"));
  const fields = [
    ...createColumnFields(view, actions),
    ...view.columns.flatMap((_, index) => createScaleFields(view, index, actions)),
    ...createMeasureFields(view, actions),
    getChartKind(view) === "bars" && createOrderField(view, actions),
    view.columns.length > 0 && createValueAxisField(view, actions),
    ...createSizeFields(view, actions),
  ].filter((element) => element instanceof HTMLElement);
  const items = createCommands(view, actions, card, close).filter((element) => element instanceof HTMLElement);
  menu.replaceChildren(h("div", { class: "dx-menu-fields" }, ...fields), h("div", { class: "dx-menu-items" }, ...items));
  if (focused) fields.find((element) => getLabel(element) === focused)?.querySelector("select")?.focus();
}
