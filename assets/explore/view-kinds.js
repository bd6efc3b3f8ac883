/**
 * The kind of chart that a view is drawn as.
 * @import { Column, View } from "./types.js"
 * @import { ChartKind } from "../charts/types.js"
 */

const ORDERED_KINDS = ["number", "time"];

/** @param {Column | undefined} column */
export const isOrderedColumn = (column) => column !== undefined && ORDERED_KINDS.includes(column.kind);

/** @param {Pick<View, "columns" | "scales">} view @returns {ChartKind} */
export function getChartKind({ columns, scales }) {
  if (!columns.length) return "figure";
  if (columns.length > 1) return "density";
  const { type } = scales[0];
  if (type === "time") return "series";
  return type === "category" || type === "boolean" ? "bars" : "histogram";
}

/** Names of coordinate columns, as the server recognises them. */
const LONGITUDE = /(?:^|[_ ])(?:lon|lng|long|longitude)$/i;
const LATITUDE = /(?:^|[_ ])(?:lat|latitude)$/i;

/** @param {string} name of a column */
export const isCoordinateName = (name) => LONGITUDE.test(name) || LATITUDE.test(name);

/** Whether a view is a map: longitude by latitude. @param {View} view */
export const isMapView = ({ columns: [x, y] }) => LONGITUDE.test(x ?? "") && LATITUDE.test(y ?? "");
