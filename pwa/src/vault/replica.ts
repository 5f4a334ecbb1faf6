/**
 * Taking in what others said: entries with the runs that prove them, from the server, from a colleague's vault on
 * this phone, or from a file. Nothing is believed without a signature, nothing with a right hash is thrown away:
 * what cannot be proved yet is kept aside and looked at again when a key or a run arrives.
 */
import type { Locks } from "../app/ports";
import { identify, SERVER, type Entry, type Kind, type Run, type StoredEvidence } from "../core/journal";
import { isRefused } from "./refusal";
import { runKey, runRow, runsOf, signRuns, verified, type Keyring } from "./runs";
import {
  entryKey,
  evidenceKey,
  isPurged,
  type ChainRow,
  type EntryRow,
  type EvidenceRow,
  type OutboxRow,
} from "./schema";
import { writeLock, type Vault } from "./vault";

export interface Parcel {
  inspection: string;
  entries: Entry[];
  runs: Run[];
}

export interface Arrival {
  /** Ids that are new here. */
  added: string[];
  /** Kept aside: no run proves them yet. */
  unproven: number;
  /** Of our own device and unknown here: this profile is an old copy. */
  own: number;
  /** Thrown away: the id is not the hash of the content, or it belongs elsewhere. */
  damaged: number;
}

export interface ReplicaEffects {
  subtle: SubtleCrypto;
  keys: Keyring;
  locks: Locks;
}

/** server: confirmed there already. hand_over: the server may not have it, so it is offered in our name too. */
export type Source = "server" | "hand_over";

/** Takes a parcel in, under the lock that our own writing of this inspection takes too. */
export function takeIn(
  vault: Vault,
  effects: ReplicaEffects,
  parcel: Parcel,
  source: Source,
): Promise<Arrival> {
  return effects.locks.hold(writeLock(vault, parcel.inspection), () => taken(vault, effects, parcel, source));
}

async function taken(
  vault: Vault,
  { subtle, keys }: ReplicaEffects,
  parcel: Parcel,
  source: Source,
): Promise<Arrival> {
  const { good, damaged } = sorted(parcel);
  const runs = await newRuns(vault, parcel);
  const held = await vault.run(() => vault.db.entries.bulkGet(good.map((entry) => entry.id)));
  const waiting = await aside(vault, parcel.inspection);
  const proof = await provenBy(subtle, keys, [...(await runsOf(vault, parcel.inspection)), ...runs]);
  const fresh = good.filter((_, at) => held[at] === undefined);
  const mended = good.filter(({ id }, at) => held[at] !== undefined && vault.damaged.has(`entries:${id}`));
  // An old copy of the profile must sign what it wrote itself before its chain goes on from the other branch.
  if (fresh.some((entry) => entry.device === vault.device)) await signRuns(vault, parcel.inspection);
  const rows = await Promise.all([...fresh, ...mended].map((entry) => entryRow(vault, entry, proof(entry))));
  const redeemed = waiting.filter(proof).map((entry) => entry.id);
  const evidence = (await Promise.all(fresh.map((entry) => foreignEvidence(vault, entry)))).filter(isRow);
  const outbox =
    source === "hand_over" ? await Promise.all(fresh.map((entry) => entryOffer(vault, entry))) : [];
  const runRows = await Promise.all(runs.map((run) => runRow(vault, run)));
  const { db } = vault;
  const kept = await vault.run(() =>
    db.transaction("rw", [db.entries, db.runs, db.evidence, db.outbox, db.chains], async () => {
      // Looked at here, where nobody can forget it in between.
      if (isPurged(await db.chains.get(parcel.inspection))) return false;
      await db.runs.bulkPut(runRows);
      await db.entries.bulkPut(rows);
      for (const id of redeemed) await db.entries.update(id, { proven: 1 });
      for (const row of evidence) await putUnlessKnown(vault, row);
      await db.outbox.bulkPut(outbox);
      if (source === "server") await settleOutbox(vault, parcel.inspection, good, fresh);
      await adoptOwnChain(vault, parcel.inspection, fresh);
      return true;
    }),
  );
  if (!kept) return { added: [], unproven: 0, own: 0, damaged };
  const added = [...rows.filter((row) => row.proven === 1).map((row) => row.id), ...redeemed];
  const own = fresh.filter((entry) => entry.device === vault.device).length;
  return { added, unproven: rows.filter((row) => row.proven === 0).length, own, damaged };
}

/** What is still without proof is tried again: after new device keys came. */
export async function proveAgain(
  vault: Vault,
  { subtle, keys }: ReplicaEffects,
  inspection: string,
): Promise<string[]> {
  const waiting = await aside(vault, inspection);
  if (waiting.length === 0) return [];
  const proof = await provenBy(subtle, keys, await runsOf(vault, inspection));
  const ids = waiting.filter(proof).map((entry) => entry.id);
  const { entries } = vault.db;
  await vault.run(() =>
    vault.db.transaction("rw", entries, async () => {
      for (const id of ids) await entries.update(id, { proven: 1 });
    }),
  );
  return ids;
}

function sorted(parcel: Parcel): { good: Entry[]; damaged: number } {
  const good = new Map<string, Entry>();
  let damaged = 0;
  for (const entry of parcel.entries) {
    if (entry.inspection === parcel.inspection && hashed(entry)) good.set(entry.id, entry);
    else damaged += 1;
  }
  return { good: [...good.values()], damaged };
}

function hashed(entry: Entry): boolean {
  try {
    identify(entry);
    return true;
  } catch (thrown) {
    if (isRefused(thrown)) return false;
    throw thrown;
  }
}

async function newRuns(vault: Vault, parcel: Parcel): Promise<Run[]> {
  const byKey = new Map<string, Run>();
  for (const run of parcel.runs) {
    if (run.inspection !== parcel.inspection) continue;
    try {
      byKey.set(runKey(run), run);
    } catch (thrown) {
      if (!isRefused(thrown)) throw thrown;
    }
  }
  const held = await vault.run(() => vault.db.runs.bulkGet([...byKey.keys()]));
  for (const row of held) if (row !== undefined) byKey.delete(row.key);
  return [...byKey.values()];
}

/**
 * What the server sends back has arrived there, even if the answer to our push was lost. Held and refused items keep
 * their reason; they are offered again when the lead has admitted something or opened the next round.
 */
async function settleOutbox(vault: Vault, inspection: string, good: Entry[], fresh: Entry[]): Promise<void> {
  const { outbox } = vault.db;
  const keys = good.map((entry) => entryKey(entry.id));
  const arrived = (await outbox.bulkGet(keys)).filter(
    (row) => row?.state === "queued" || row?.state === "waiting",
  );
  await outbox.bulkDelete(arrived.map((row) => row!.key));
  if (!fresh.some(({ kind, device }) => device === SERVER && (kind === "admit" || kind === "return"))) return;
  const held = outbox
    .where("inspection")
    .equals(inspection)
    .filter((row) => row.state === "held");
  await held.modify({ state: "queued", nextTry: 0 });
}

/** A test: does one of these runs, rightly signed, name the entry at its place in its device's chain? */
async function provenBy(
  subtle: SubtleCrypto,
  keys: Keyring,
  runs: Run[],
): Promise<(entry: Entry) => boolean> {
  const places = new Map<string, { device: string; seq: number }>();
  for (const run of runs) {
    if (!(await verified(subtle, keys, run))) continue;
    run.ids.forEach((id, at) => places.set(id, { device: run.device, seq: run.first_seq + at }));
  }
  return (entry) => {
    const place = places.get(entry.id);
    return place !== undefined && place.device === entry.device && place.seq === entry.seq;
  };
}

async function aside(vault: Vault, inspection: string): Promise<Entry[]> {
  const rows = await vault.run(() =>
    vault.db.entries
      .where("inspection")
      .equals(inspection)
      .filter((row) => row.proven === 0)
      .toArray(),
  );
  return vault.entriesOf(rows);
}

export async function entryRow(vault: Vault, entry: Entry, proven: boolean): Promise<EntryRow> {
  const { id, inspection, device, seq } = entry;
  const sealed = await vault.box.seal(`entries:${id}`, entry);
  return { id, inspection, device, seq, proven: proven ? 1 : 0, sealed };
}

/** The hash of evidence whose bytes another phone holds; null for entries without bytes. */
async function foreignEvidence(vault: Vault, entry: Entry): Promise<EvidenceRow | null> {
  const sha256 = bytesHash(entry);
  if (sha256 === null) return null;
  const { inspection } = entry;
  const record: EvidenceRecord = { value: entry.value as unknown as StoredEvidence, path: entry.path };
  const sealed = await vault.box.seal(`evidence:${inspection}:${sha256}`, record);
  return { inspection, sha256, here: 0, sealed };
}

/** What the `evidence` table keeps of an evidence entry. */
export interface EvidenceRecord {
  value: StoredEvidence;
  path: string;
}

/** The SHA-256 of the bytes an evidence entry speaks of, unless they are held elsewhere. */
export function bytesHash(entry: Entry): string | null {
  if (entry.kind !== "evidence") return null;
  const { purpose, sha256 } = entry.value as { purpose?: unknown; sha256?: unknown };
  return purpose !== "held_elsewhere" && typeof sha256 === "string" ? sha256 : null;
}

async function putUnlessKnown(vault: Vault, row: EvidenceRow): Promise<void> {
  const known = await vault.db.evidence.get([row.inspection, row.sha256]);
  if (known === undefined) await vault.db.evidence.put(row);
}

function isRow<T>(row: T | null): row is T {
  return row !== null;
}

/** What the sync page says about a waiting thing without opening it. */
export interface OutboxLabel {
  /** Null where the label was damaged. */
  kind: Kind | null;
  path: string;
  purpose: StoredEvidence["purpose"] | null;
  reason: { code: string; sentence: string | null } | null;
}

/** An entry waiting to be pushed. */
export async function entryOffer(vault: Vault, entry: Entry): Promise<OutboxRow> {
  const { id, inspection, kind, path } = entry;
  const label: OutboxLabel = { kind, path, purpose: null, reason: null };
  return outboxRow(
    vault,
    { key: entryKey(id), what: "entry", id, inspection },
    Date.parse(entry.at) || 0,
    0,
    label,
  );
}

/** Evidence bytes waiting to be uploaded; `path` is where the entry names them. */
export async function evidenceOffer(
  vault: Vault,
  inspection: string,
  value: StoredEvidence,
  path: string,
): Promise<OutboxRow> {
  const { sha256: id, size, purpose, taken_at } = value;
  const label: OutboxLabel = { kind: "evidence", path, purpose, reason: null };
  const place = { key: evidenceKey(inspection, id), what: "evidence" as const, id, inspection };
  return outboxRow(vault, place, Date.parse(taken_at) || 0, size, label);
}

async function outboxRow(
  vault: Vault,
  place: Pick<OutboxRow, "key" | "what" | "id" | "inspection">,
  order: number,
  bytes: number,
  label: OutboxLabel,
): Promise<OutboxRow> {
  const sealed = await vault.box.seal(`outbox:${place.key}`, label);
  return { ...place, state: "queued", order, attempts: 0, nextTry: 0, bytes, sent: 0, url: null, sealed };
}

/**
 * Our own entries that come back from elsewhere mean that this profile is an old copy. The chain goes on from the
 * longer branch; what this copy wrote meanwhile stays as the other branch of the fork.
 */
async function adoptOwnChain(vault: Vault, inspection: string, fresh: Entry[]): Promise<void> {
  const own = fresh.filter((entry) => entry.device === vault.device);
  if (own.length === 0) return;
  const furthest = own.reduce((best, entry) => (entry.seq > best.seq ? entry : best));
  const chain = await vault.db.chains.get(inspection);
  if (chain !== undefined && chain.seq >= furthest.seq) return;
  const adopted: ChainRow = {
    inspection,
    seq: furthest.seq,
    tip: furthest.id,
    signed: furthest.seq,
    forgotten: chain?.forgotten ?? null,
  };
  await vault.db.chains.put(adopted);
}
