/**
 * Two vaults on one phone, both unlocked: each gives the other what it lacks of the inspections they share.
 *
 * The keys that prove the runs come from the vaults themselves; a colleague who has just unlocked with his own
 * password is as sure as his enrolment. Either phone may later bring the other's entries to the server.
 */
import type { Locks } from "../app/ports";
import { evidenceRecord, keepBlob, readBlob } from "./blobs";
import { codeOf } from "./refusal";
import { evidenceOffer, takeIn, type Parcel } from "./replica";
import { allRuns, keyring } from "./runs";
import type { EvidenceRow } from "./schema";
import type { Vault } from "./vault";

export interface Exchanged {
  inspections: string[];
  entries: number;
  /** Evidence whose bytes were copied. */
  evidence: number;
  /** Evidence left in its own vault because this phone is full; it is uploaded from there. */
  left: number;
}

export interface ExchangeEffects {
  subtle: SubtleCrypto;
  locks: Locks;
}

/** Both ways; `only` limits it to one inspection (after each save while two are unlocked). */
export async function exchange(
  effects: ExchangeEffects,
  one: Vault,
  other: Vault,
  only?: string,
): Promise<Exchanged> {
  const there = await give(effects, one, other, only);
  const back = await give(effects, other, one, only);
  return {
    inspections: [...new Set([...there.inspections, ...back.inspections])],
    entries: there.entries + back.entries,
    evidence: there.evidence + back.evidence,
    left: there.left + back.left,
  };
}

/** From one vault to the other: tasks the other is named in, keys, runs, entries, bytes. */
export async function give(
  effects: ExchangeEffects,
  from: Vault,
  to: Vault,
  only?: string,
): Promise<Exchanged> {
  const done: Exchanged = { inspections: [], entries: 0, evidence: 0, left: 0 };
  await to.putDevice(from.asDevice());
  await giveDevices(from, to);
  const devices = await to.devices();
  const bureau = (await to.meta("bureau")) ?? (await from.meta("bureau"));
  const keys = keyring(effects.subtle, [...devices, to.asDevice()], bureau?.bureauKey ?? null);
  for (const inspection of await shared(from, to, only)) {
    const parcel = await parcelOf(from, inspection, await idsIn(to, inspection));
    const arrival = await takeIn(to, { ...effects, keys }, parcel, "hand_over");
    const bytes = await giveBytes(from, to, inspection);
    if (arrival.added.length + bytes.copied > 0) done.inspections.push(inspection);
    done.entries += arrival.added.length;
    done.evidence += bytes.copied;
    done.left += bytes.left;
  }
  return done;
}

/** What `from` holds of one inspection beyond `known`, with runs that cover it; its own is signed first. */
export async function parcelOf(from: Vault, inspection: string, known: Set<string>): Promise<Parcel> {
  const signed = await allRuns(from, inspection);
  const rows = await from.run(() => from.db.entries.where("inspection").equals(inspection).toArray());
  const wanted = rows.filter((row) => row.proven === 1 && !known.has(row.id));
  const entries = await from.entriesOf(wanted);
  const ids = new Set(entries.map((entry) => entry.id));
  const runs = signed.filter((run) => run.ids.some((id) => ids.has(id)));
  return { inspection, entries, runs };
}

export async function idsIn(vault: Vault, inspection: string): Promise<Set<string>> {
  return new Set(
    await vault.run(() => vault.db.entries.where("inspection").equals(inspection).primaryKeys()),
  );
}

/** Inspections both may hold: the receiver is one of the task's inspectors, or has the task already. */
async function shared(from: Vault, to: Vault, only?: string): Promise<string[]> {
  const found: string[] = [];
  for (const { task, removed } of await from.tasks()) {
    if (only !== undefined && task.id !== only) continue;
    const known = await to.task(task.id);
    if (known === null) {
      const named = task.inspectors.some((inspector) => inspector.person_id === to.person.id);
      if (!named || removed || !(await to.putTask(task))) continue;
    }
    await giveChecklists(from, to, task.checklists);
    found.push(task.id);
  }
  return found;
}

async function giveChecklists(from: Vault, to: Vault, hashes: string[]): Promise<void> {
  const here = await to.checklistHashes();
  for (const hash of hashes) {
    if (here.has(hash)) continue;
    const body = await from.checklist(hash);
    if (body !== null) await to.putChecklist(hash, body);
  }
}

async function giveDevices(from: Vault, to: Vault): Promise<void> {
  const known = new Set([...(await to.devices()).map((device) => device.id), to.device]);
  for (const device of await from.devices()) if (!known.has(device.id)) await to.putDevice(device);
}

function evidenceOf({ db }: Vault, inspection: string): PromiseLike<EvidenceRow[]> {
  return db.evidence.where("[inspection+sha256]").between([inspection, ""], [inspection, "~"]).toArray();
}

async function giveBytes(
  from: Vault,
  to: Vault,
  inspection: string,
): Promise<{ copied: number; left: number }> {
  const rows = await from.run(async () => evidenceOf(from, inspection));
  let copied = 0;
  let left = 0;
  for (const { sha256, here } of rows) {
    const there = await to.run(() => to.db.evidence.get([inspection, sha256]));
    if (here === 0 || there === undefined || there.here === 1) continue;
    const bytes = await readBlob(from, sha256);
    if (bytes === null) continue;
    try {
      await keepBlob(to, inspection, sha256, bytes);
      await offerBytes(to, inspection, sha256);
      copied += 1;
    } catch (thrown) {
      if (codeOf(thrown) !== "quota_full") throw thrown;
      left += 1;
    }
  }
  return { copied, left };
}

/** The other phone may be the first with a network: it offers the bytes too; the server takes them once. */
export async function offerBytes(vault: Vault, inspection: string, sha256: string): Promise<void> {
  const record = await evidenceRecord(vault, inspection, sha256);
  if (record === null) return;
  const row = await evidenceOffer(vault, inspection, record.value, record.path);
  await vault.run(() => vault.db.outbox.put(row));
}
