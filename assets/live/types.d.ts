/** Types of live sessions (docs/presenting.md). */
import type { Exploration, Filter } from "../explore/types.js";

export interface LivePerson {
  id: number;
  name: string;
}

/** A live session as described by the server. */
export interface LiveSessionInfo {
  key: string;
  name: string;
  dataset: string;
  version: string;
  running: boolean;
  me: LivePerson;
  owner: LivePerson;
  presenter: LivePerson;
  coPresenters: LivePerson[];
  role: "presenter" | "co-presenter" | "follower";
  owns: boolean;
  mayPresent: boolean;
  state: Exploration;
  seq: number;
  /** The pause mark that is shown; null: the latest rows. */
  mark: number | null;
  realtime: ConnectionInfo;
  started: string;
  ended: string | null;
}

/** Where to connect (without an endpoint, to the embedded broker) and the channels for the user's rights. */
export interface ConnectionInfo {
  endpoint?: string;
  cipher?: string;
  deliveries: number;
  channels: { control: string; state: string; brush: string; grown: string | null };
}

/** A commit of the presenter. */
export interface CommittedState {
  seq: number;
  exploration: Exploration;
  /** Epoch milliseconds. */
  at: number;
  /** The presenter's rights on the dataset: equal for all who see the same. */
  rights: string;
  /** The pause mark, if it is paused. */
  mark?: number | null;
}

/** A brush, the pointer (in parts of the card), or which view is active; the first number is milliseconds after the message's `t`. */
export type MoveSample =
  | [number, "b", string, Filter | null]
  | [number, "p", string | null, number, number]
  | [number, "a", string | null];

/** Samples, and the milliseconds between messages. */
export interface MoveMessage {
  t: number;
  i: number;
  s: MoveSample[];
}

/** A participant: a follower or the presenter. */
export interface RosterMember extends LivePerson {
  state: "presents" | "follows" | "alone" | "left";
}

export type ConnectionStatus = "live" | "reconnecting" | "offline";
