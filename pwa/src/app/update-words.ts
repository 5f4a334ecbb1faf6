/** What pages and the service worker say to each other about a new version. */
export type WorkerWord =
  /** To the new worker: the person wants the new version. */
  | { type: "take-over" }
  /** To the old worker: nothing to do but to have had an event. */
  | { type: "rest" };

export type WorkerQuestion = { type: "busy?" } | { type: "busy" };

export interface PageAnswer {
  busy: boolean;
}
