/** Tasks, and the inspections that are opened from them. */
import type { Task, Tombstone } from "../../api/types";
import type { Definition, Evaluation, Narrative, Text } from "../../core/checklist/types";
import type { Cover, Entry, Kind, Mark, Position, State } from "../../core/journal/types";
import type { View } from "./effects";

export interface TaskCard {
  task: Task;
  /** 已备好离线: task, every pinned checklist and the partner's key are in the vault. */
  prepared: boolean;
  phase: State["phase"] | "not_started";
  progress: { done: number; total: number } | null;
  /** Entries and photos of this inspection that the server has not confirmed. */
  waiting: number;
  conflicts: number;
  /** The server took the task away (reassigned, voided): kept while it holds unsynced work. */
  removed: boolean;
  lastOpened: string | null;
}

/** One statement to be made. `replaces` defaults to the heads at that path (and below, for rows) seen now. */
export interface Statement {
  kind: Kind;
  path: string;
  value: unknown;
  replaces?: string[];
}

export interface EvidenceMeta {
  purpose: "photo" | "signature" | "record_text" | "file";
  media_type: string;
  source: "camera" | "file" | "pad" | "app";
  /** ISO; default now. */
  taken_at?: string;
  position?: Position | null;
  width?: number | null;
  height?: number | null;
  marks?: Mark[];
}

export interface Claim {
  id: string;
  value: unknown;
  author: string;
  authorName: string;
  device: string;
  at: string;
  mine: boolean;
}

export interface Conflict {
  /** `family:path` as in State.conflicts. */
  key: string;
  family: string;
  path: string;
  claims: Claim[];
}

export interface Writer {
  person: string;
  name: string;
  device: string;
  /** The person whose vault was unlocked first; false for the colleague on the same phone. */
  primary: boolean;
}

export interface InspectionView {
  id: string;
  task: Task;
  /** All trades' checklists of a joint inspection combined into one. */
  definition: Definition;
  entries: Entry[];
  state: State;
  evaluation: Evaluation;
  conflicts: Conflict[];
  /** Names by person id and by device id. */
  people: Record<string, string>;
  /** Photos that lead and legal office have erased, by hash. */
  erased: Readonly<Record<string, Tombstone>>;
  /** Who may write here now: me, and a colleague who has unlocked on this phone. */
  writers: Writer[];
  waiting: { entries: number; photos: number };
  /** Exactly what this phone holds: spread into the value of `sign` and `submit`. */
  cover: Cover;
  /** Known devices of the other inspector, when we last heard from them and up to which seq. */
  partners: { device: string; name: string; lastSeq: number; lastAt: string | null }[];
  /** False: the offline grant has run out and this one was not open, or the task was removed. */
  writable: boolean;
}

export interface WriteOptions {
  /** Person id out of `writers`; default the primary person. */
  as?: string;
}

/** 已保存 is shown only for `saved`; `code` says why it failed. */
export interface Saved {
  state: "saved" | "saving" | "failed";
  at: string | null;
  code: string | null;
}

export interface OpenInspection {
  readonly id: string;
  readonly view: View<InspectionView>;
  /** Apart from the view: it changes twice with every statement, the view once. */
  readonly saved: View<Saved>;
  /** Resolves after the entry is durably committed. Refusals: quota_full, vault_locked, not_writable, entry_invalid. */
  append(statement: Statement, options?: WriteOptions): Promise<Entry>;
  /** Several statements, committed together in order. */
  appendAll(statements: Statement[], options?: WriteOptions): Promise<Entry[]>;
  /** Hashes, encrypts and commits the bytes, reads them back, appends the entry; resolves only then (已保存). */
  putEvidence(path: string, bytes: ArrayBuffer, meta: EvidenceMeta, options?: WriteOptions): Promise<Entry>;
  /** One statement by its id, as the view holds it. */
  readonly entry: (id: string) => Entry | undefined;
  /** Statements of the colleague in place of mine that I have looked at; remembered on this phone. */
  readonly looked: View<ReadonlySet<string>>;
  look(id: string): Promise<void>;
  /** Decrypted bytes of one evidence: from the vault, else from the server when online; null when neither has them. */
  evidence(sha256: string): Promise<{ bytes: ArrayBuffer; media_type: string } | null>;
  /** Text being typed: kept encrypted until the statement is appended (or cleared with null). */
  saveDraft(path: string, text: string | null): Promise<void>;
  drafts(): Promise<Record<string, string>>;
  /**
   * The 现场检查笔录 as it stands: pages to read, the exact text to hash and sign. `at` (ISO) is the moment it is
   * closed for signing; null: as of now.
   */
  record(at: string | null): Narrative;
  /** uuid of a row: catalogue and drawn rows by key (the same on both phones), by hand a fresh one. */
  rowId(item: string, key: string | null): string;
  close(): void;
}

export interface WorkPort {
  readonly tasks: View<TaskCard[]>;
  /** Refusals: not_prepared (no checklist here yet), offline_grant_over, unknown_task, vault_locked. */
  openInspection(id: string): Promise<OpenInspection>;
  /** Titles of an inspection's items by their codes; none of a task that is no longer here. */
  titles(id: string): Promise<Record<string, Text>>;
  /** Asks the server now, so that everything of my tasks is here before I leave the office. */
  prepare(): Promise<{ prepared: number; total: number }>;
}
