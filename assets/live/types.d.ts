/** What a live session is made of (docs/presenting.md). */
import type { Exploration, Filter } from "../explore/types.js";

export interface Person {
  id: number;
  name: string;
}

/** A live session as the server outlines it. */
export interface Outline {
  key: string;
  name: string;
  dataset: string;
  version: string;
  running: boolean;
  me: Person;
  owner: Person;
  presenter: Person;
  coPresenters: Person[];
  role: "presenter" | "co-presenter" | "follower";
  owns: boolean;
  mayPresent: boolean;
  state: Exploration;
  seq: number;
  realtime: Place;
  started: string;
  ended: string | null;
}

/** Where to connect: nothing said, to our own address; and to which channels, those of one's rights. */
export interface Place {
  endpoint?: string;
  cipher?: string;
  deliveries: number;
  channels: { control: string; state: string; brush: string };
}

/** A commit of the presenter. */
export interface State {
  seq: number;
  exploration: Exploration;
  /** When, milliseconds since 1970. */
  at: number;
  /** What the presenter sees the dataset with: equal for all who see the same. */
  rights: string;
}

/** A brush, the pointer (in parts of the card), or which view is active; the first number is milliseconds after the message's `t`. */
export type Sample =
  | [number, "b", string, Filter | null]
  | [number, "p", string | null, number, number]
  | [number, "a", string | null];

/** Some samples, and the milliseconds between messages. */
export interface Move {
  t: number;
  i: number;
  s: Sample[];
}

/** A member of the audience, or the presenter. */
export interface Member extends Person {
  state: "presents" | "follows" | "alone" | "left";
}

export type Status = "live" | "reconnecting" | "offline";
