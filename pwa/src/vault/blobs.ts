/** Evidence bytes in the vault: sealed, in a table of their own, known by their hash. */
import type { Tombstone } from "../api/types";
import type { Locks } from "../app/ports";
import { damagedIsNone } from "./damaged";
import { fullIsNone } from "./durable";
import type { EvidenceRecord } from "./replica";
import { evidenceKey } from "./schema";
import { blobLock, type Vault } from "./vault";

/** Bytes of one evidence; null when they are not in this vault, or damaged on its disk. */
export async function readBlob(vault: Vault, sha256: string): Promise<ArrayBuffer | null> {
  const row = await vault.run(() => vault.db.blobs.get(sha256)).catch(damagedIsNone);
  if (row === undefined || row === null) return null;
  return vault.box.openBytes(`blobs:${sha256}`, row.sealed).catch(damagedIsNone);
}

/** What is known of one evidence; null when no entry here names it, or that is damaged. */
export async function evidenceRecord(
  vault: Vault,
  inspection: string,
  sha256: string,
): Promise<EvidenceRecord | null> {
  const row = await vault.run(() => vault.db.evidence.get([inspection, sha256]));
  return row === undefined
    ? null
    : vault.box.readable<EvidenceRecord>(`evidence:${inspection}:${sha256}`, row.sealed);
}

/** Keeps bytes that came from elsewhere (a colleague's phone, the server); the caller has checked the hash. */
export async function keepBlob(
  vault: Vault,
  inspection: string,
  sha256: string,
  bytes: ArrayBuffer,
): Promise<void> {
  const sealed = await vault.box.sealBytes(`blobs:${sha256}`, bytes);
  const { db } = vault;
  await vault.run(() =>
    db.transaction("rw", db.blobs, db.evidence, async () => {
      const row = await db.evidence.get([inspection, sha256]);
      if (row === undefined) return;
      await db.blobs.put({ sha256, sealed });
      await db.evidence.put({ ...row, here: 1 });
    }),
  );
}

export type Erased = { inspection: string; sha256: string } & Partial<Tombstone>;

/**
 * Remembers when and why, so that the place where the photo stood can say so. Every manifest tells it again: what is
 * known already stays known and is not written anew.
 */
async function noteErased(vault: Vault, erased: readonly Erased[]): Promise<void> {
  const noted = { ...(await vault.meta("erased")) };
  let news = false;
  for (const { inspection, sha256, erased_at = null, reason = null } of erased) {
    const known = noted[inspection]?.[sha256];
    const told = {
      erased_at: erased_at ?? known?.erased_at ?? null,
      reason: reason ?? known?.reason ?? null,
    };
    if (known?.erased_at === told.erased_at && known.reason === told.reason) continue;
    noted[inspection] = { ...noted[inspection], [sha256]: told };
    news = true;
  }
  if (news) await vault.setMeta("erased", noted).catch(fullIsNone);
}

/**
 * What lead and legal office have erased leaves this phone too: the bytes and the offer to upload them. The entry that
 * names them stays, with its hash, and when and why it was. Answers how many there were.
 */
export async function dropErased(vault: Vault, erased: readonly Erased[]): Promise<number> {
  if (erased.length === 0) return 0;
  await noteErased(vault, erased);
  const { db } = vault;
  return vault.run(() =>
    db.transaction("rw", db.blobs, db.evidence, db.outbox, async () => {
      let dropped = 0;
      for (const { inspection, sha256 } of erased) {
        if ((await db.blobs.get(sha256)) !== undefined) dropped += 1;
        await db.blobs.delete(sha256);
        await db.evidence.where("sha256").equals(sha256).modify({ here: 0 });
        await db.outbox.delete(evidenceKey(inspection, sha256));
      }
      return dropped;
    }),
  );
}

/**
 * Bytes whose capture was cut off before their entry was written (the screen never said 已保存): removed.
 * Answers how many.
 */
export function sweepOrphans(vault: Vault, locks: Locks): Promise<number> {
  return locks.hold(blobLock(vault), () => swept(vault));
}

function swept(vault: Vault): Promise<number> {
  const { db } = vault;
  return vault.run(() =>
    db.transaction("rw", db.blobs, db.evidence, async () => {
      const stored = await db.blobs.toCollection().primaryKeys();
      const orphans: string[] = [];
      for (const sha256 of stored) {
        const named = await db.evidence.where("sha256").equals(sha256).count();
        if (named === 0) orphans.push(sha256);
      }
      await db.blobs.bulkDelete(orphans);
      return orphans.length;
    }),
  );
}
