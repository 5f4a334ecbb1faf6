/**
 * Shapes that travel over HTTP (JSON), as the server's schemas name them: tests/api/contract.test.ts compares them with
 * openapi.json.
 * Dates "2026-11-22", times ISO UTC with milliseconds, digests lower-case hex SHA-256, ids uuid.
 */
import type { Entry, Run, State } from "../core/journal/types";
import type { Definition, Evaluation } from "../core/checklist/types";

export type Role = "inspector" | "lead" | "leader" | "office" | "legal" | "station" | "supervisor" | "admin";

export interface Unit {
  id: string;
  name: string;
  kind: string;
}

export interface Person {
  id: string;
  name: string;
  login: string;
  badge_no: string | null;
  unit: Unit | null;
  roles: Role[];
}

export interface Limits {
  /** Largest photo in bytes. */
  photo_bytes: number;
  /** Largest tus chunk in bytes. */
  chunk_bytes: number;
  /** Offline grant in hours. */
  offline_hours: number;
  /** From this hour on (Asia/Shanghai) unsynced work is worth a warning; absent in vaults of older versions. */
  evening_hour?: number;
}

export interface DemoInfo {
  accounts: { login: string; password: string; name: string; role_text: string }[];
}

export interface SessionAnswer {
  person: Person | null;
  csrf: string | null;
  expires_at: string | null;
  server_time: string;
  epoch: string;
  bureau: { name: string; division_code: string };
  keys: { bureau: JsonWebKey | null; recovery: JsonWebKey | null };
  limits: Limits;
  demo: DemoInfo | null;
}

export interface DeviceInput {
  id: string;
  label: string;
  public_key: JsonWebKey;
  alg: "ES256";
  /** The content key sealed for the office (see vault/recovery.ts), JSON as text. */
  wrapped_key: string;
}

export interface DeviceAnswer {
  id: string;
  label: string;
  person_id: string;
  revoked_at?: string | null;
  last_seen_at?: string | null;
}

export interface TaskSubject {
  id: string;
  statutory_id: string;
  name: string;
  trade: string;
  address: string;
  township: string;
  station: string;
  phone: string | null;
  contact: string | null;
  legal_rep: string | null;
  size: string | number | null;
  lat: string | null;
  lng: string | null;
  attributes: Record<string, unknown>;
}

export interface TaskInspector {
  person_id: string;
  name: string;
  badge_no: string;
  cert_no: string;
  cert_expires_on: string | null;
  slot: number;
}

/** One premises to inspect; the inspection's id is the task's id. */
export interface Task {
  id: string;
  number: string;
  state: string;
  source: string;
  joint: boolean;
  subject: TaskSubject;
  items: { code: string; name: string; unit: string }[];
  checklists: string[];
  inspectors: TaskInspector[];
  window: { from: string; to: string };
  approval: { number: string; approved_by: string; approved_on: string } | null;
  notice: { number: string } | null;
  visit_number: number;
  visit_cap: number | null;
  bring: string[];
  draw: { number: string; certificate_digest: string } | null;
}

export interface PushOutcome {
  id: string;
  status: "accepted" | "known" | "held" | "refused";
  code: string | null;
  /** The sentence, in the language of the request. */
  detail: string | null;
}

export interface PushAnswer {
  outcomes: PushOutcome[];
  server_time: string;
}

export interface KnownDevice {
  id: string;
  person_id: string;
  person_name: string;
  public_key: JsonWebKey;
}

export interface PullAnswer {
  cursor: string;
  more: boolean;
  epoch: string;
  server_time: string;
  tasks: Task[];
  removed: string[];
  checklists: { hash: string; body: Definition }[];
  devices: KnownDevice[];
  inspections: { id: string; entries: Entry[]; runs: Run[] }[];
  /** Evidence of these tasks that lead and legal office have erased. */
  erased?: ({ inspection: string; sha256: string } & Partial<Tombstone>)[];
}

export interface ManifestAnswer {
  inspection: string;
  entries: string[];
  evidence: { sha256: string; state: "stored" | "erased" }[];
  may_forget: boolean;
  reason: string | null;
}

/** RFC 9457. `title` is the catalogue's sentence in the person's language. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  reference?: string | null;
  errors?: unknown;
}

export interface QueueRow {
  id: string;
  number: string;
  subject_name: string;
  trade: string;
  phase: string;
  /** Of the task: "dispatched" while nothing that counts was said. */
  state: string;
  round: number;
  submitted_at: string | null;
  due_on: string | null;
  inspectors: string[];
  /** Statements and photos that a phone has announced and not yet sent. */
  outstanding: number;
  conflicts: number;
  late: number;
  /** Statements that the server keeps apart from the record. */
  apart?: number;
  unit: string;
  /** False for those who may read and not decide. */
  may_decide: boolean;
}

/** The hash of a file held elsewhere, found at a desk; `by` is a name. */
export interface Seal {
  entry: string;
  sha256: string;
  size: number;
  by: string;
  at: string;
}

/** A statement that is no part of the record, as it was said; it may be of a kind that this app does not know. */
export interface ApartEntry {
  id: string;
  author: string;
  at: string;
  kind: string;
  path: string;
  value: unknown;
}

/** What one device said and the server keeps apart for one reason; `detail` is its sentence. */
export interface ApartStatements {
  device: string;
  /** "" for a device that nobody enrolled. */
  person_name: string;
  label: string;
  code: string;
  detail: string;
  entries: ApartEntry[];
}

/** A photo that a lead wants erased; the legal office has not decided yet. */
export interface ErasureRow {
  id: string;
  inspection: string;
  number: string;
  subject_name: string;
  sha256: string;
  reason: string;
  asked_by: string;
  asked_at: string;
}

/** What is left of an erased photo: when (ISO), and why, as far as it is known here. */
export interface Tombstone {
  erased_at: string | null;
  reason: string | null;
}

export interface ReviewRecord {
  task: Task;
  definitions: Definition[];
  entries: Entry[];
  state: State;
  evaluation: Evaluation;
  /** What is still on its way, by device. */
  outstanding: { device: string; person_name: string; entries: number; evidence: string[] }[];
  /** Phones whose vault is gone: what arrived last, and how many statements others saw that never arrived. */
  lost?: { device: string; person_name: string; lost_at: string; last_seq: number; missing: number }[];
  apart?: ApartStatements[];
  seals: Seal[];
  /** Photos that lead and legal office have erased. */
  erased?: ({ sha256: string } & Tombstone)[];
  devices: KnownDevice[];
  /** Names by person id. */
  people: Record<string, string>;
  /** Lines that are never on the party's copy. */
  restricted: { kind: string; text: string; code: string | null }[];
  /** Goes back as `seen` with a decision, which is refused when something came meanwhile. */
  feed: number;
  may_decide: boolean;
}

/** The `feed` that the lead has read. */
export interface Seen {
  seen?: number;
}

export interface ReviewApi {
  queue(): Promise<QueueRow[]>;
  inspection(id: string): Promise<ReviewRecord>;
  giveBack(
    id: string,
    body: Seen & { text: string; comments: { path: string; text: string }[]; signatures: string[] },
  ): Promise<void>;
  signOff(id: string, body: Seen & { text?: string }): Promise<void>;
  admit(id: string, body: Seen & { ids: string[]; reason: string }): Promise<void>;
  /** States the hash of a file held elsewhere; answers with all of the inspection. */
  seal(id: string, body: Pick<Seal, "entry" | "sha256" | "size">): Promise<Seal[]>;
  seals(id: string): Promise<Seal[]>;
  photo(sha256: string, width?: 480 | 1280): Promise<Blob>;
  /** Erasures that wait for the legal office. */
  erasures(): Promise<ErasureRow[]>;
  askErasure(body: Pick<ErasureRow, "inspection" | "sha256" | "reason">): Promise<void>;
}

/** Plain typed calls for the office's screens. Throws ApiError. */
export interface ApiClient {
  get<T>(path: string, query?: Record<string, string | number | boolean | null | undefined>): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body?: unknown): Promise<T>;
  delete<T>(path: string, body?: unknown): Promise<T>;
  blob(path: string, options?: { method?: "GET" | "POST"; body?: unknown }): Promise<Blob>;
  upload<T>(path: string, file: Blob, fields?: Record<string, string>): Promise<T>;
  /** Several files of one form, each under its own name. */
  uploadParts<T>(path: string, parts: Record<string, Blob>): Promise<T>;
  /** The file is the body: for those that are too large for a form. */
  sendFile<T>(path: string, file: Blob): Promise<T>;
}
