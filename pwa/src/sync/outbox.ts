/**
 * What the server has not confirmed yet, as rows of the vault: an item leaves the outbox only by a confirmation.
 * Held and refused items stay, with the server's sentence, until somebody offers them again.
 */
import type { PushOutcome } from "../api/types";
import { fullIsNone } from "../vault/durable";
import { isoTime } from "../vault/encoding";
import type { OutboxLabel } from "../vault/replica";
import type { OutboxRow, OutboxState } from "../vault/schema";
import type { Vault } from "../vault/vault";

export interface Reason {
  code: string;
  sentence: string | null;
}

export interface Due {
  now: number;
  /** "Sync now" does not wait for backoff. */
  hurry: boolean;
}

export async function outboxRows(vault: Vault): Promise<OutboxRow[]> {
  return vault.run(() => vault.db.outbox.toArray());
}

/** Held items are offered again now and then: the task, the device or the run they lacked may have come since. */
const HELD_AGAIN_MS = 6 * 3_600_000;

/** Items to offer now, oldest first. */
export async function due(vault: Vault, what: OutboxRow["what"], { now, hurry }: Due): Promise<OutboxRow[]> {
  // Further away than anything is put off: the clock has been set back since.
  const come = ({ nextTry }: OutboxRow): boolean => nextTry <= now || nextTry > now + HELD_AGAIN_MS;
  const ripe = (row: OutboxRow): boolean =>
    row.state === "queued" || (row.state !== "refused" && (hurry || come(row)));
  return vault.run(() =>
    vault.db.outbox.where("[what+order]").between([what, -Infinity], [what, Infinity]).filter(ripe).toArray(),
  );
}

export async function confirm(vault: Vault, keys: string[]): Promise<void> {
  await vault.run(() => vault.db.outbox.bulkDelete(keys));
}

/** Held, refused, or waiting until `nextTry`; the reason is sealed with the label. On a full disk it is offered again. */
export async function settle(
  vault: Vault,
  row: OutboxRow,
  state: Exclude<OutboxState, "queued">,
  reason: Reason,
  nextTry = 0,
): Promise<void> {
  const label = await labelOf(vault, row);
  const sealed = await vault.box.seal(`outbox:${row.key}`, { ...label, reason });
  const attempts = row.attempts + 1;
  await vault
    .run(() => vault.db.outbox.update(row.key, { state, attempts, nextTry, sealed }))
    .catch(fullIsNone);
}

/** Each entry by the server's word on it. */
export async function takeOutcomes(
  vault: Vault,
  told: readonly (readonly [OutboxRow, PushOutcome])[],
  now: number,
): Promise<void> {
  const confirmed: string[] = [];
  for (const [row, { status, code, detail }] of told) {
    if (status === "accepted" || status === "known") confirmed.push(row.key);
    else await settle(vault, row, status, { code: code ?? status, sentence: detail }, now + HELD_AGAIN_MS);
  }
  await confirm(vault, confirmed);
  const revoked = told.filter(([, { code }]) => code === "device_revoked").map(([{ id }]) => id);
  if (revoked.length > 0) await learnRevoked(vault, revoked, now);
}

/** That this device was revoked may be heard here first. A partner's entry that we carry speaks of his device only. */
async function learnRevoked(vault: Vault, ids: string[], now: number): Promise<void> {
  const entries = await vault.run(() => vault.db.entries.bulkGet(ids));
  if (!entries.some((entry) => entry?.device === vault.device) || (await vault.meta("revoked"))) return;
  await noteRevoked(vault, true, now);
}

/** Whether the bureau has revoked this device; that it has is told once more by a notice. */
export async function noteRevoked(vault: Vault, revoked: boolean, now: number): Promise<void> {
  await vault.setMeta("revoked", revoked).catch(fullIsNone);
  if (revoked)
    await vault.addNotice({ code: "device_revoked", params: {}, at: isoTime(now) }).catch(fullIsNone);
}

/** How far an upload has come; survives a kill. On a full disk it is asked for again after one. */
export async function progress(vault: Vault, key: string, url: string | null, sent: number): Promise<void> {
  await vault.run(() => vault.db.outbox.update(key, { url, sent })).catch(fullIsNone);
}

/** Offers a held or refused item again. */
export async function offerAgain(vault: Vault, id: string): Promise<void> {
  await vault.run(() =>
    vault.db.transaction("rw", vault.db.outbox, async () => {
      await vault.db.outbox
        .filter((row) => row.id === id && row.state !== "queued")
        .modify({ state: "queued", nextTry: 0 });
    }),
  );
}

export async function labelOf(vault: Vault, row: OutboxRow): Promise<OutboxLabel> {
  const label = await vault.box.readable<OutboxLabel>(`outbox:${row.key}`, row.sealed);
  return label ?? { kind: null, path: "", purpose: null, reason: null };
}
