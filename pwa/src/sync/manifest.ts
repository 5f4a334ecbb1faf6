/**
 * The receipt: what the server says it has stored of one inspection, compared with what lies here. What is missing
 * there is offered again. Only when nothing is missing, and the server says that lead and backup are done, does the
 * phone forget; the tip of its chain stays, so that nothing purged comes back and no number is used twice.
 */
import type { SyncApi } from "../api/server";
import type { ManifestAnswer } from "../api/types";
import type { Clock } from "../app/ports";
import { dropErased, evidenceRecord } from "../vault/blobs";
import { fullIsNone } from "../vault/durable";
import { entryOffer, evidenceOffer } from "../vault/replica";
import { isUnsent, type EntryRow, type EvidenceRow, type OutboxRow } from "../vault/schema";
import type { Vault } from "../vault/vault";

/** A manifest is asked for again after this long. */
const EVERY_MS = 30 * 60_000;
/** Phases from which on the server should have everything. */
const CLOSED = new Set(["submitted", "signed_off"]);

export interface ManifestEffects {
  api: SyncApi;
  clock: Clock;
}

export interface Checked {
  forgotten: string[];
  /** Items the server lacks although it once confirmed them. */
  offeredAgain: number;
}

/** Compares and perhaps forgets every inspection that is ripe. Throws Unreachable and ApiError. */
export async function checkManifests(vault: Vault, effects: ManifestEffects): Promise<Checked> {
  const checked: Checked = { forgotten: [], offeredAgain: 0 };
  const asked = (await vault.meta("manifests")) ?? {};
  const now = effects.clock.now();
  for (const inspection of await ripe(vault)) {
    // Neither while the last answer is fresh, nor (after the clock was set back) never again.
    if (Math.abs(now - (asked[inspection] ?? -Infinity)) < EVERY_MS) continue;
    const manifest = await effects.api.manifest(inspection);
    asked[inspection] = now;
    await applyManifest(vault, manifest, now, checked);
  }
  for (const done of checked.forgotten) delete asked[done];
  await vault.setMeta("manifests", asked).catch(fullIsNone);
  return checked;
}

/** The same for manifests that came in a file. Answers what was forgotten and what is offered again. */
export async function takeManifests(
  vault: Vault,
  { clock }: Pick<ManifestEffects, "clock">,
  manifests: ManifestAnswer[],
): Promise<Checked> {
  const checked: Checked = { forgotten: [], offeredAgain: 0 };
  const due = new Set(await ripe(vault));
  for (const manifest of manifests) {
    if (due.has(manifest.inspection)) await applyManifest(vault, manifest, clock.now(), checked);
  }
  return checked;
}

async function applyManifest(
  vault: Vault,
  manifest: ManifestAnswer,
  now: number,
  checked: Checked,
): Promise<void> {
  const { inspection } = manifest;
  const erased = manifest.evidence.filter(({ state }) => state === "erased");
  await dropErased(
    vault,
    erased.map(({ sha256 }) => ({ inspection, sha256 })),
  );
  const lacking = await offerLacking(vault, manifest);
  checked.offeredAgain += lacking;
  if (lacking > 0 || !manifest.may_forget) return;
  await confirmStored(vault, manifest);
  if (await forget(vault, inspection, now)) checked.forgotten.push(inspection);
}

/**
 * What came late waits for the lead, perhaps for ever. It is stored there like everything else, so once the rest may be
 * forgotten it does not keep the inspection here.
 */
async function confirmStored(vault: Vault, { inspection, entries }: ManifestAnswer): Promise<void> {
  const stored = new Set(entries);
  await vault.run(() =>
    vault.db.outbox
      .where("inspection")
      .equals(inspection)
      .filter((row) => row.what === "entry" && row.state === "held" && stored.has(row.id))
      .delete(),
  );
}

/** Submitted, signed off or taken away, and nothing of it waits here but what the server holds already. */
async function ripe(vault: Vault): Promise<string[]> {
  const unsent = await vault.run(() => vault.db.outbox.filter(isUnsent).toArray());
  const waiting = new Set(unsent.map((row) => row.inspection));
  const summaries = await vault.summaries();
  const tasks = await vault.tasks();
  return tasks
    .filter(({ task, removed }) => removed || CLOSED.has(summaries.get(task.id)?.phase ?? ""))
    .map(({ task }) => task.id)
    .filter((id) => !waiting.has(id));
}

async function offerLacking(vault: Vault, manifest: ManifestAnswer): Promise<number> {
  const { entries, evidence } = await heldOf(vault, manifest.inspection);
  const stored = new Set(manifest.entries);
  const receipts = new Set(manifest.evidence.map(({ sha256 }) => sha256));
  const said = entries.filter((row) => row.device !== "server" && row.proven === 1 && !stored.has(row.id));
  const bytes = evidence.filter(({ here, sha256 }) => here === 1 && !receipts.has(sha256));
  const offers: OutboxRow[] = [];
  for (const entry of await vault.entriesOf(said)) offers.push(await entryOffer(vault, entry));
  for (const { inspection, sha256 } of bytes) {
    const record = await evidenceRecord(vault, inspection, sha256);
    if (record !== null) offers.push(await evidenceOffer(vault, inspection, record.value, record.path));
  }
  await vault.run(() => vault.db.outbox.bulkPut(offers));
  // What is damaged here and lacking there is lacking all the same.
  return said.length + bytes.length;
}

async function heldOf(
  vault: Vault,
  inspection: string,
): Promise<{ entries: EntryRow[]; evidence: EvidenceRow[] }> {
  const { db } = vault;
  return vault.run(async () => ({
    entries: await db.entries.where("inspection").equals(inspection).toArray(),
    evidence: await db.evidence
      .where("[inspection+sha256]")
      .between([inspection, ""], [inspection, "~"])
      .toArray(),
  }));
}

/**
 * Removes one inspection from this vault. In one transaction, which looks once more whether something waits:
 * a sentence written while the manifest was on its way keeps everything here.
 */
export async function forget(vault: Vault, inspection: string, now: number): Promise<boolean> {
  const { db } = vault;
  const tables = [
    db.tasks,
    db.summaries,
    db.entries,
    db.runs,
    db.chains,
    db.outbox,
    db.evidence,
    db.blobs,
    db.drafts,
  ];
  return vault.run(() =>
    db.transaction("rw", tables, async () => {
      if ((await db.outbox.where("inspection").equals(inspection).count()) > 0) return false;
      const evidence = db.evidence.where("[inspection+sha256]").between([inspection, ""], [inspection, "~"]);
      const hashes = (await evidence.toArray()).map(({ sha256 }) => sha256);
      await evidence.delete();
      for (const sha256 of hashes) {
        const elsewhere = await db.evidence.where("sha256").equals(sha256).count();
        if (elsewhere === 0) await db.blobs.delete(sha256);
      }
      await db.entries.where("inspection").equals(inspection).delete();
      await db.runs.where("inspection").equals(inspection).delete();
      await db.drafts.where("inspection").equals(inspection).delete();
      await db.summaries.delete(inspection);
      await db.tasks.delete(inspection);
      const chain = await db.chains.get(inspection);
      await db.chains.put({ ...(chain ?? { inspection, seq: 0, tip: null, signed: 0 }), forgotten: now });
      return true;
    }),
  );
}
