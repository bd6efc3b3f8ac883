/**
 * What a view is drawn as.
 * @import { Column, Kind, View } from "./types.js"
 */

const ORDERED = ["number", "time"];

/** @param {Column | undefined} column */
export const isOrdered = (column) => column !== undefined && ORDERED.includes(column.kind);

/** @param {View} view @returns {Kind} */
export function kindOf({ columns, scales }) {
  if (!columns.length) return "figure";
  if (columns.length > 1) return "density";
  const { type } = scales[0];
  if (type === "time") return "series";
  return type === "category" || type === "boolean" ? "bars" : "histogram";
}

/** As the server finds places. */
const LONGITUDE = /(?:^|[_ ])(?:lon|lng|long|longitude)$/i;
const LATITUDE = /(?:^|[_ ])(?:lat|latitude)$/i;

/** @param {string} name of a column */
export const isCoordinate = (name) => LONGITUDE.test(name) || LATITUDE.test(name);

/** Longitude across and latitude up: worth drawing on a map. @param {View} view */
export const isMap = ({ columns: [x, y] }) => LONGITUDE.test(x ?? "") && LATITUDE.test(y ?? "");
