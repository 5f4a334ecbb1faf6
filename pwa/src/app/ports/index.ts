/**
 * Every seam of the phone: the effects that come in, and what screens may use.
 *
 * Screens import this and `useSuicha()` of `container.ts`, nothing below. They never fetch: they read
 * reactive views (Vue `ShallowRef`, replaced as a whole on every change) and call the methods here.
 * A method that cannot do what it was asked throws a `Refusal` (`RefusalShape` below) whose `code` has a sentence
 * in the locales under `errors.<code>`; `sentence` is set where the server already sent one.
 */
import type { ApiClient, ReviewApi } from "../../api/types";
import type { CapturePort } from "./capture";
import type { Clock } from "./effects";
import type { FilesPort } from "./files";
import type { SessionPort } from "./session";
import type { PlacePort, StoragePort } from "./storage";
import type { SyncPort } from "./sync";
import type { WorkPort } from "./work";

export type { Limits, Person, Task } from "../../api/types";
export type { Definition, Evaluation } from "../../core/checklist/types";
export type { Cover, Entry, Kind, Mark, MarkColour, Position, State } from "../../core/journal/types";
export type * from "./capture";
export type * from "./effects";
export type * from "./files";
export type * from "./session";
export type * from "./storage";
export type * from "./sync";
export type * from "./work";

/** What every refused call throws. `code` is stable; `sentence` is the server's own, already in the person's language. */
export interface RefusalShape extends Error {
  readonly code: string;
  readonly sentence: string | null;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface Suicha {
  session: SessionPort;
  work: WorkPort;
  sync: SyncPort;
  files: FilesPort;
  storage: StoragePort;
  place: PlacePort;
  capture: CapturePort;
  /** Lead: needs the server. */
  review: ReviewApi;
  /** Office screens: typed calls beyond review. */
  api: ApiClient;
  clock: Clock;
}
