/**
 * Every seam of the phone: the effects that come in, and what screens may use.
 *
 * Screens import this file and `useSuicha()` of `container.ts`, nothing below. They never fetch: they read
 * reactive views (Vue `ShallowRef`, replaced as a whole on every change) and call the methods here.
 * A method that cannot do what it was asked throws a `Refusal` (see `refusal` below) whose `code` has a sentence
 * in the locales under `errors.<code>`; `sentence` is set where the server already sent one.
 */
import type { ShallowRef } from "vue";
import type { Definition, Evaluation, Narrative } from "../core/checklist/types";
import type { Cover, Entry, Kind, Mark, MarkColour, Position, State } from "../core/journal/types";
import type { Unsynced } from "./day-end";
import type { ApiClient, DemoInfo, DocumentsApi, Limits, Person, ReviewApi, Task } from "../api/types";

export type {
  Cover,
  Definition,
  Entry,
  Evaluation,
  Kind,
  Limits,
  Mark,
  MarkColour,
  Person,
  Position,
  State,
  Task,
};

/** Read-only view that is replaced, never mutated. `watch`/`computed`/templates follow it. */
export type View<T> = Readonly<ShallowRef<T>>;
export type Unlisten = () => void;

/* ------------------------------------------------------------------ effects (built once in container.ts) */

/** Time: `now` in UTC milliseconds; `after` runs once, the answer cancels. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): Unlisten;
}

export interface Random {
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** 0 ≤ x < 1, for jitter only. */
  fraction(): number;
}

/** Mutual exclusion over all tabs of this browser profile (Web Locks, or a lease in IndexedDB). */
export interface Locks {
  /** Waits its turn. */
  hold<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Runs only if free now; `null` when another tab holds it. */
  attempt<T>(name: string, run: () => Promise<T>): Promise<{ value: T } | null>;
}

/** Notes between tabs; never carries anything readable, only ids. */
export type TabNote =
  | { about: "inspection"; vault: string; inspection: string }
  | { about: "sync" | "tasks" | "lock"; vault: string };

export interface Channel {
  post(note: TabNote): void;
  listen(heard: (note: TabNote) => void): Unlisten;
}

/** SHA-256 of photo-sized bytes, in a worker where there is one. Lower-case hex. */
export interface Hasher {
  sha256(bytes: ArrayBuffer): Promise<string>;
}

/** argon2id of a password; 32 bytes. Units: memory in KiB. */
export interface PasswordStretcher {
  stretch(
    password: string,
    salt: Uint8Array,
    cost: { memory: number; passes: number; lanes: number },
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** ECDSA over bytes, raw r‖s; an effect of its own because real ECDSA is random and breaks a simulation's replay. */
export interface Signer {
  sign(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** What the browser says about storage; null where it does not say. */
export interface Disk {
  persisted(): Promise<boolean | null>;
  persist(): Promise<boolean | null>;
  estimate(): Promise<{ usage: number; quota: number } | null>;
}

/** Network as the system reports it (a hint only), and moments worth a sync: online, visible, timer. */
export interface Wakes {
  online(): boolean;
  listen(heard: (why: "online" | "offline" | "visible" | "hidden") => void): Unlisten;
}

export interface Effects {
  clock: Clock;
  random: Random;
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  subtle: SubtleCrypto;
  indexedDB: IDBFactory;
  keyRange: typeof IDBKeyRange;
  locks: Locks;
  channel: Channel;
  hasher: Hasher;
  stretcher: PasswordStretcher;
  signer: Signer;
  disk: Disk;
  wakes: Wakes;
}

/* ------------------------------------------------------------------ refusals */

/** What every refused call throws. `code` is stable; `sentence` is the server's own, already in the person's language. */
export interface RefusalShape extends Error {
  readonly code: string;
  readonly sentence: string | null;
  readonly params: Readonly<Record<string, string | number>>;
}

/* ------------------------------------------------------------------ session and vault */

export type Area = "field" | "lead" | "office";

export interface Me {
  person: Person;
  /** uuid of this person's device (one vault); null for people without a vault (lead, office). */
  device: string | null;
}

export interface SessionState {
  /** starting → signed_out ⇄ open. `open` offline means: the vault is unlocked, the server was not reached. */
  phase: "starting" | "signed_out" | "open";
  me: Me | null;
  /** A second person whose own vault is unlocked on this phone beside mine. */
  colleague: Me | null;
  areas: Area[];
  /** open: session with the server · unreachable: no network · expired: 需重新登录 (work goes on) · none: signed out. */
  server: "open" | "unreachable" | "expired" | "none";
  /** Why the server did not open, in its own words: password changed, account ended … */
  serverReason: { code: string; sentence: string | null } | null;
  /** ISO; after this no new inspection may be opened offline (limits.offline_hours since the last contact). */
  offlineUntil: string | null;
  offlineExpired: boolean;
  bureauName: string | null;
  limits: Limits;
  /** Only in demo mode: the accounts shown on the login page. */
  demo: DemoInfo | null;
  /** Vaults lie on this phone: the login page says so, without naming anybody. */
  vaultsHere: number;
  /** Things the person must be told once: vault_gone, device_revoked, clock_wrong … */
  notices: Notice[];
}

export interface Notice {
  code: "vault_gone" | "device_revoked" | "clock_wrong" | "forked" | "epoch_changed" | "profile_restored";
  params: Record<string, string | number>;
  at: string;
}

export interface LoginInput {
  login: string;
  password: string;
  /** Given on the second try after the refusal `vault_has_old_password`: unlocks and rewraps. */
  oldPassword?: string;
}

/**
 * Refusal codes of `login`: wrong_password · unlock_delayed {seconds} · vault_has_old_password ·
 * network_needed (nobody of that name has a vault here) · colleague_not_enrolled (he logs in here once, with
 * network) · and what the server says (account_ended, too_many_tries …) with its sentence
 */
export interface SessionPort {
  readonly state: View<SessionState>;
  /** Boot: looks for vaults and for a live server session. Never throws. */
  start(): Promise<SessionState>;
  /** Unlocks the vault (offline too) and opens the server session when there is network; enrols on first login. */
  login(input: LoginInput): Promise<SessionState>;
  /** The sync page's 需重新登录: same person, vault stays open, work goes on. */
  relogin(password: string): Promise<SessionState>;
  /** A colleague unlocks his own vault on this phone; both vaults then exchange what they hold. */
  unlockColleague(input: LoginInput): Promise<SessionState>;
  lockColleague(): Promise<void>;
  /** What to tell the office when the password is forgotten. Refusal: no_vault. */
  recoveryRequest(login: string): Promise<{ code: string; device: string }>;
  /** Opens a vault with the office's answer to that request, and wraps it with the new password. */
  recover(input: { login: string; recoveryCode: string; newPassword: string }): Promise<SessionState>;
  /** Locks the vault, ends the server session; deletes nothing. Answers how much is not yet uploaded. */
  logout(): Promise<{ waiting: number }>;
  dismiss(code: Notice["code"]): Promise<void>;
  /** People's names by id, for views without an inspection. */
  devices(): Promise<
    { id: string; label: string; mine: boolean; revoked: boolean; lastSeen: string | null }[]
  >;
}

/* ------------------------------------------------------------------ tasks and inspections */

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
  /** Who may write here now: me, and a colleague who has unlocked on this phone. */
  writers: Writer[];
  /** 已保存 is shown only for `saved`. */
  saved: { state: "saved" | "saving" | "failed"; at: string | null; code: string | null };
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

export interface OpenInspection {
  readonly id: string;
  readonly view: View<InspectionView>;
  /** Resolves after the entry is durably committed. Refusals: quota_full, vault_locked, not_writable, entry_invalid. */
  append(statement: Statement, options?: WriteOptions): Promise<Entry>;
  /** Several statements, committed together in order. */
  appendAll(statements: Statement[], options?: WriteOptions): Promise<Entry[]>;
  /** Hashes, encrypts and commits the bytes, reads them back, appends the entry; resolves only then (已保存). */
  putEvidence(path: string, bytes: ArrayBuffer, meta: EvidenceMeta, options?: WriteOptions): Promise<Entry>;
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
  /** Asks the server now, so that everything of my tasks is here before I leave the office. */
  prepare(): Promise<{ prepared: number; total: number }>;
}

/* ------------------------------------------------------------------ sync */

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
  /** unreachable: the system says online but our server does not answer. */
  network: "online" | "offline" | "unreachable";
  running: boolean;
  /** Another tab of this browser does the syncing. */
  elsewhere: boolean;
  waiting: { entries: number; photos: number; bytes: number; held: number; refused: number };
  /** When the oldest thing that waits was made (ISO); null when nothing waits. */
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

/* ------------------------------------------------------------------ files: the road without a line */

/** Whom a file can be made for: the bureau, or a partner's phone whose key is here. */
export interface FileRecipient {
  /** "server" or a device id. */
  to: string;
  name: string;
}

export interface FilePacked {
  file: File;
  entries: number;
  evidence: number;
}

export interface FileTaken {
  /** Name of the sender, or the bureau's. */
  from: string;
  entries: number;
  evidence: number;
  tasks: number;
  /** How many waiting things of ours the file confirms. */
  confirmed: number;
}

export interface FilesPort {
  readers(): Promise<FileRecipient[]>;
  /** Sealed for its reader, signed by this device. Refusals: packet_empty, packet_reader_unknown. */
  pack(errand: { to: string; inspections?: string[]; photos: boolean }): Promise<FilePacked>;
  /** Share sheet where there is one, else a download; false when the person closed the sheet. Call from a tap. */
  send(file: File): Promise<boolean>;
  /** Refusals: packet_unreadable, packet_not_for_us, packet_sender_unknown, packet_damaged, packet_newer. */
  take(file: Blob): Promise<FileTaken>;
}

/* ------------------------------------------------------------------ storage, place */

export interface StorageState {
  persisted: boolean | null;
  installed: boolean;
  usage: number | null;
  quota: number | null;
  /** ok · tight (< 20 % free) · full (< 10 % free: photos stop, text still saves). */
  level: "ok" | "tight" | "full" | "unknown";
  /** wechat/x5: offline work is refused, 用系统浏览器打开; old: below Chromium 87 or no WebCrypto/IndexedDB. */
  browser: "ok" | "wechat" | "x5" | "insecure" | "old";
  warnings: ("not_persisted" | "not_installed" | "storage_tight" | "storage_full" | Unsynced)[];
}

export interface StoragePort {
  readonly state: View<StorageState>;
  /** Asks the browser to keep our data; call from a tap. */
  askPersist(): Promise<boolean | null>;
  /** Before each capture. Refusal: storage_full {free}. */
  mayCapture(bytes: number): Promise<void>;
  refresh(): Promise<StorageState>;
}

/** Where the person was: survives a kill, in IndexedDB. */
export interface PlacePort {
  last(): Promise<string | null>;
  remember(route: string): Promise<void>;
}

/* ------------------------------------------------------------------ capture (DOM lives here) */

export interface Shot {
  bytes: ArrayBuffer;
  media_type: string;
  width: number | null;
  height: number | null;
  taken_at: string;
  position: Position | null;
  source: "camera" | "file";
}

export interface CameraPort {
  /** Refusals: camera_denied, camera_missing, camera_busy; then offer `fromFile`. */
  start(video: HTMLVideoElement, facing?: "environment" | "user"): Promise<{ torch: boolean }>;
  /** One photo, upright, at most 16.7 MP, never black (checked). Refusal: shot_failed. */
  shoot(): Promise<Shot>;
  torch(on: boolean): Promise<void>;
  /** Keeps the stream for `seconds` so that the next question opens at once; 0 ends it now. */
  stop(seconds?: number): void;
  /** From <input type=file>: kept byte for byte. Refusals: file_too_large {limit}, file_not_image. */
  fromFile(file: File): Promise<Shot>;
}

export interface PositionPort {
  /** Warms the receiver up while the inspection is open. */
  watch(): Unlisten;
  /** The best fix of the last minute, else a new one; null when denied or none within `timeoutMs`. */
  fix(timeoutMs?: number): Promise<Position | null>;
  readonly state: View<"off" | "searching" | "fixed" | "denied" | "missing">;
}

export interface SignatureHandle {
  isEmpty(): boolean;
  clear(): void;
  undo(): void;
  /** PNG on white, cropped to the strokes. Refusal: signature_empty. */
  png(): Promise<{ bytes: ArrayBuffer; width: number; height: number }>;
  /** Call after a resize or rotation; keeps the strokes. */
  fit(): void;
  dispose(): void;
}

export interface Watermark {
  /** ISO UTC; drawn in Asia/Shanghai. */
  taken_at: string;
  place: Position | null;
  inspector: string;
  subject: string;
  number: string;
  /** First eight digits are drawn; null while live. */
  sha256: string | null;
}

export interface CapturePort {
  camera: CameraPort;
  position: PositionPort;
  signature(canvas: HTMLCanvasElement): Promise<SignatureHandle>;
  /** Lines of the watermark, for a live overlay in HTML. */
  watermarkLines(mark: Watermark): string[];
  /** Draws photo, watermark and marks into a canvas for showing; the stored bytes are never altered. */
  draw(
    canvas: HTMLCanvasElement,
    photo: Blob,
    layers: { watermark?: Watermark; marks?: Mark[] },
    maxWidth?: number,
  ): Promise<void>;
  /** Marks alone on a clear canvas over the photo: while somebody draws them. */
  drawMarks(canvas: HTMLCanvasElement, marks: readonly Mark[]): void;
  /** A haptic tick where the phone has one. */
  tick(): void;
}

/* ------------------------------------------------------------------ the whole */

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
  documents: DocumentsApi;
  /** Office screens: typed calls beyond review and documents. */
  api: ApiClient;
  clock: Clock;
}
