/** What pages and the service worker say to each other about a new version. */
export interface WorkerWord {
  type: "take-over";
}

export type WorkerQuestion = { type: "busy?" } | { type: "busy" };

export interface PageAnswer {
  busy: boolean;
}
