/** The sync when there is nothing to sync, and where it begins. */
import type { SyncStatus } from "../app/ports";

export const QUIET: SyncStatus = {
  network: "offline",
  running: false,
  elsewhere: false,
  waiting: { entries: 0, photos: 0, bytes: 0, held: 0, refused: 0 },
  oldest: null,
  percent: null,
  items: [],
  lastSync: null,
  nextTry: null,
  needsLogin: false,
  reason: null,
  skewMs: null,
};
