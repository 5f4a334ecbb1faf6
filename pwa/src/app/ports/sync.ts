/** What waits on this phone, why, and what is under way. */
import type { Kind } from "../../core/journal/types";
import type { View } from "./effects";

export type ItemState = "queued" | "sending" | "confirmed" | "waiting" | "held" | "refused";

export interface SyncItem {
  /** Entry id, or sha256 of an evidence. */
  id: string;
  inspection: string;
  subjectName: string;
  what: "entry" | "photo" | "signature" | "text" | "file";
  kind: Kind | null;
  path: string;
  state: ItemState;
  /** Why it waits, is held or refused; `sentence` from the server where it sent one. */
  reason: { code: string; sentence: string | null } | null;
  /** 0…100 for evidence in transfer. */
  percent: number;
  bytes: number;
  attempts: number;
  nextTry: string | null;
  at: string;
}

export interface SyncStatus {
  /** connecting: not asked yet · unreachable: the system says online but our server does not answer. */
  network: "online" | "offline" | "connecting" | "unreachable";
  running: boolean;
  /** Another tab of this browser does the syncing. */
  elsewhere: boolean;
  waiting: { entries: number; photos: number; bytes: number; held: number; refused: number };
  /** When the oldest thing that the server does not have was made (ISO); null when it has all. */
  oldest: string | null;
  /** Over the bytes of this round; null when nothing is under way. */
  percent: number | null;
  items: SyncItem[];
  lastSync: string | null;
  nextTry: string | null;
  /** 需重新登录 */
  needsLogin: boolean;
  reason: { code: string; sentence: string | null } | null;
  /** Server clock minus phone clock at the last contact; null before the first. */
  skewMs: number | null;
}

export interface SyncPort {
  readonly status: View<SyncStatus>;
  /** "Sync now": ignores backoff; resolves when the round is over. Never throws, see status. */
  now(): Promise<SyncStatus>;
  /** Offers one refused or held item again. */
  retry(id: string): Promise<void>;
}
