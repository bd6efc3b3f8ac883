import type { Axis, Description, Selection, View } from "./types.js";

/** What a card asks of the page. */
export interface Actions {
  change(id: string, change: Partial<View>): void;
  move(id: string, index: number): void;
  moveBy(id: string, steps: number): void;
  resize(id: string, width: number, height: number): void;
  remove(id: string): void;
  clear(id: string): void;
  activate(id: string): void;
  brush(id: string, selection: Selection | null, phase: "move" | "commit"): void;
  zoom(id: string, domains: ([number, number] | null)[]): void;
  /** Lets the scales reach over every value there is. */
  widen(id: string): void;
  redraw(): void;
  axes(id: string): Axis[];
  description: Description;
}
