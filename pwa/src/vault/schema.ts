/**
 * The phone's two kinds of database.
 *
 * The shelf (one per browser profile) knows that vaults exist and how to open them, never whose they are.
 * A vault (one per device, that is one person in one profile) holds rows whose readable columns are ids, digests,
 * numbers and states; everything a person could read is in `sealed`. Photo bytes have a table of their own.
 *
 * Released versions are never changed: a new shape is a new `version(n)` with its own upgrade, and a vault of every
 * released version with queued work is opened in tests/vault/upgrade.test.ts.
 */
import Dexie, { type Table } from "dexie";
import type { WrappedKey } from "./keys";

export interface Databases {
  indexedDB: IDBFactory;
  keyRange: typeof IDBKeyRange;
}

export interface ShelfVault {
  /** SHA-256 of the profile's salt and the login name. */
  id: string;
  device: string;
  wrap: WrappedKey;
  /** Content key sealed for the office (recovery.ts). */
  recovery: string;
  publicKey: JsonWebKey;
  /** The server has confirmed this device. */
  registered: boolean;
  /** Wrong tries since the last success; `until` in UTC ms. */
  tries: { count: number; last: number; until: number };
}

export interface LeaseRow {
  name: string;
  owner: string;
  until: number;
}

export interface Sealed {
  sealed: ArrayBuffer;
}

export interface EntryRow extends Sealed {
  id: string;
  inspection: string;
  device: string;
  seq: number;
  /** 1: under a run whose signature was checked, or written here. 0: kept aside until it is. */
  proven: 0 | 1;
}

export interface RunRow extends Sealed {
  /** Digest of the run. */
  key: string;
  inspection: string;
  device: string;
  first_seq: number;
  last_seq: number;
}

/** The tip of this device's own chain; outlives the forgetting of an inspection, so that nothing purged comes back. */
export interface ChainRow {
  inspection: string;
  seq: number;
  tip: string | null;
  /** Last seq of our own chain that is under a signed run. */
  signed: number;
  /** UTC ms when the inspection was forgotten here, or null. */
  forgotten: number | null;
}

/** What was purged after its receipt does not come back, whoever brings it: to be asked where the rest is written. */
export function isPurged(chain: ChainRow | undefined): boolean {
  return chain !== undefined && chain.forgotten !== null;
}

export type OutboxState = "queued" | "waiting" | "held" | "refused";

/**
 * Whether the server does not have it yet. What it holds apart it has, word for word; only bytes and refused statements
 * are on this phone alone.
 */
export function isUnsent({ state }: Pick<OutboxRow, "state">): boolean {
  return state !== "held";
}

export interface OutboxRow extends Sealed {
  /** "entry:<id>" or "evidence:<inspection>:<sha256>". */
  key: string;
  what: "entry" | "evidence";
  id: string;
  inspection: string;
  state: OutboxState;
  /** Oldest first: UTC ms of capture. */
  order: number;
  attempts: number;
  nextTry: number;
  bytes: number;
  /** Bytes the server has acknowledged, and the upload's address on our server. */
  sent: number;
  url: string | null;
}

export interface EvidenceRow extends Sealed {
  inspection: string;
  sha256: string;
  /** The bytes are in `blobs` of this vault. */
  here: 0 | 1;
}

export interface BlobRow extends Sealed {
  sha256: string;
}

export class ShelfDb extends Dexie {
  declare vaults: Table<ShelfVault, string>;
  declare leases: Table<LeaseRow, string>;
  declare facts: Table<{ key: string; value: unknown }, string>;

  constructor(databases: Databases, name = "suicha-shelf") {
    super(name, options(databases));
    this.version(1).stores({ vaults: "id", leases: "name", facts: "key" });
    notBeyond(this, 1);
  }
}

export class VaultDb extends Dexie {
  declare meta: Table<Sealed & { key: string }, string>;
  declare tasks: Table<Sealed & { id: string }, string>;
  declare summaries: Table<Sealed & { inspection: string }, string>;
  declare checklists: Table<Sealed & { hash: string }, string>;
  declare devices: Table<Sealed & { id: string }, string>;
  declare entries: Table<EntryRow, string>;
  declare runs: Table<RunRow, string>;
  declare chains: Table<ChainRow, string>;
  declare outbox: Table<OutboxRow, string>;
  declare evidence: Table<EvidenceRow, [string, string]>;
  declare blobs: Table<BlobRow, string>;
  declare drafts: Table<Sealed & { inspection: string; path: string }, [string, string]>;

  constructor(databases: Databases, device: string) {
    super(vaultDbName(device), options(databases));
    this.version(1).stores({
      meta: "key",
      tasks: "id",
      summaries: "inspection",
      checklists: "hash",
      devices: "id",
      entries: "id, inspection, [inspection+device+seq]",
      runs: "key, inspection, [inspection+device]",
      chains: "inspection",
      outbox: "key, inspection, [what+order]",
      evidence: "[inspection+sha256], sha256",
      blobs: "sha256",
      drafts: "[inspection+path], inspection",
    });
    notBeyond(this, 1);
  }
}

/** Named by the device, so that a vault whose shelf record was lost is never overwritten by a new enrolment. */
export function vaultDbName(device: string): string {
  return `suicha-vault-${device}`;
}

/**
 * An old tab must not write old shapes into what a newer version of the app has changed: Dexie would open it, we do
 * not. Surfaces as Refusal newer_version.
 */
function notBeyond(db: Dexie, version: number): void {
  const look = (): void => {
    // Dexie counts in tens, and adds ones for repairs of its own.
    if (Math.floor(db.backendDB().version / 10) > version) {
      throw Object.assign(new Error("newer schema"), { name: "VersionError" });
    }
  };
  // At every opening, not only at the first.
  db.on("ready", look, true);
}

/** Strict durability: "committed" means on the disk, not in a cache that a kill would lose. */
function options({ indexedDB, keyRange }: Databases): ConstructorParameters<typeof Dexie>[1] {
  return { indexedDB, IDBKeyRange: keyRange, chromeTransactionDurability: "strict", cache: "disabled" };
}

/** Keys of the outbox. */
export function entryKey(id: string): string {
  return `entry:${id}`;
}
const EVIDENCE = "evidence:";
export function evidenceKey(inspection: string, sha256: string): string {
  return `${EVIDENCE}${inspection}:${sha256}`;
}
export function isEvidenceKey(key: string): boolean {
  return key.startsWith(EVIDENCE);
}
