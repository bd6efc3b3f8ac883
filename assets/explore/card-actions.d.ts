import type { CubeAxis, DatasetDescription, Selection, View } from "./types.js";

/** What a card may do with the page. */
export interface CardActions {
  changeView(id: string, change: Partial<View>): void;
  moveView(id: string, index: number): void;
  moveViewBy(id: string, steps: number): void;
  resizeView(id: string, width: number, height: number): void;
  removeView(id: string): void;
  clearFilter(id: string): void;
  activateView(id: string): void;
  brushView(id: string, selection: Selection | null, phase: "move" | "commit"): void;
  zoomView(id: string, domains: ([number, number] | null)[]): void;
  /** Widens the scales of a view to all values. */
  widenScales(id: string): void;
  requestRedraw(): void;
  getAxes(id: string): CubeAxis[];
  description: DatasetDescription;
}
