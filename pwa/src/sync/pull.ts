/**
 * Pulling: pages of what changed for this person, taken in before the cursor moves on. A crash between the two only
 * repeats a page. Another epoch means that the server was restored from a backup: all that is here is offered again.
 */
import { ApiError } from "../api/http";
import type { SyncApi } from "../api/server";
import type { KnownDevice, PullAnswer } from "../api/types";
import type { Clock, Locks, Notice } from "../app/ports";
import { digest } from "../core/canonical";
import { dropErased, evidenceRecord } from "../vault/blobs";
import { isoTime } from "../vault/encoding";
import { isRefused } from "../vault/refusal";
import { entryOffer, evidenceOffer, proveAgain, takeIn, type ReplicaEffects } from "../vault/replica";
import { keyring } from "../vault/runs";
import type { Vault } from "../vault/vault";

export interface PullEffects {
  api: SyncApi;
  clock: Clock;
  locks: Locks;
  subtle: SubtleCrypto;
  heard: (serverTime: string, asked: number, answered: number) => Promise<void>;
}

export interface Pulled {
  /** Inspections with something new. */
  inspections: Set<string>;
  tasks: boolean;
  /** The server is an older one: push again. */
  offeredAgain: boolean;
}

/** Throws Unreachable and ApiError. */
export async function pullAll(vault: Vault, effects: PullEffects): Promise<Pulled> {
  const pulled: Pulled = { inspections: new Set(), tasks: false, offeredAgain: false };
  const damaged = vault.damaged.places;
  if (damaged.length > 0) await vault.setSyncMark({ ...(await vault.syncMark()), cursor: "" });
  for (;;) {
    const { cursor } = await vault.syncMark();
    const asked = effects.clock.now();
    const page = await pageAt(vault, effects, cursor);
    await effects.heard(page.server_time, asked, effects.clock.now());
    if (await isAnotherServer(vault, effects, page)) {
      pulled.offeredAgain = true;
      if (cursor !== "") continue;
    }
    await takePage(vault, effects, page, pulled);
    await vault.setSyncMark({ ...(await vault.syncMark()), cursor: page.cursor, epoch: page.epoch });
    if (page.more) continue;
    vault.damaged.settled(damaged);
    return pulled;
  }
}

/** A cursor the server no longer reads is given up: pulling again from the start is only slower. */
async function pageAt(vault: Vault, { api }: PullEffects, cursor: string): Promise<PullAnswer> {
  try {
    return await api.pull(cursor, vault.device);
  } catch (thrown) {
    const stale =
      thrown instanceof ApiError && (thrown.status === 400 || thrown.status === 410 || thrown.status === 422);
    if (!stale || cursor === "") throw thrown;
    await vault.setSyncMark({ ...(await vault.syncMark()), cursor: "" });
    return api.pull("", vault.device);
  }
}

async function isAnotherServer(
  vault: Vault,
  { clock }: Pick<PullEffects, "clock">,
  page: PullAnswer,
): Promise<boolean> {
  const mark = await vault.syncMark();
  if (mark.epoch === null || mark.epoch === page.epoch) return false;
  const offered = await offerEverything(vault);
  const notice: Notice = { code: "epoch_changed", params: { offered }, at: isoTime(clock.now()) };
  await vault.addNotice(notice);
  await vault.setSyncMark({ ...mark, epoch: page.epoch, cursor: "" });
  return true;
}

/**
 * After a restore of the server: every entry (the server's own words too, it may have lost them) and every photo that
 * lies here is queued again. Answers how many.
 */
export async function offerEverything(vault: Vault): Promise<number> {
  const { db } = vault;
  const rows = await vault.run(() => db.entries.filter((row) => row.proven === 1).toArray());
  const entries = await vault.entriesOf(rows);
  const offers = await Promise.all(entries.map((entry) => entryOffer(vault, entry)));
  const held = await vault.run(() => db.evidence.filter((row) => row.here === 1).toArray());
  for (const { inspection, sha256 } of held) {
    const record = await evidenceRecord(vault, inspection, sha256);
    if (record !== null) offers.push(await evidenceOffer(vault, inspection, record.value, record.path));
  }
  await vault.run(() =>
    db.transaction("rw", db.outbox, db.chains, async () => {
      await db.outbox.bulkPut(offers);
      await db.chains.toCollection().modify({ forgotten: null });
    }),
  );
  return offers.length;
}

/**
 * A pull that came as a file. The cursor stays: the next line begins where the last one ended. A newer word from the
 * bureau renews the offline grant and tells of a restored server, as a line would. An older one changes nothing that
 * is known; from before the server was restored it says nothing at all any more. Answers whether it says anything.
 */
export async function takePull(
  vault: Vault,
  effects: TakingEffects,
  page: PullAnswer,
  pulled: Pulled,
): Promise<boolean> {
  const mark = await vault.syncMark();
  const said = Date.parse(page.server_time) - mark.skew;
  const fresh = mark.contact === null || said > mark.contact;
  if (!fresh && mark.epoch !== null && mark.epoch !== page.epoch) return false;
  if (fresh && (await isAnotherServer(vault, effects, page))) pulled.offeredAgain = true;
  await takePage(vault, effects, fresh ? page : await withoutKnown(vault, page), pulled);
  const contact = fresh ? Math.min(said, effects.clock.now()) : mark.contact;
  const now = await vault.syncMark();
  await vault.setSyncMark({ ...now, contact, epoch: now.epoch ?? page.epoch });
  return true;
}

async function withoutKnown(vault: Vault, page: PullAnswer): Promise<PullAnswer> {
  const known = new Set((await vault.tasks()).map(({ task }) => task.id));
  return { ...page, removed: [], tasks: page.tasks.filter(({ id }) => !known.has(id)) };
}

type TakingEffects = Omit<PullEffects, "api" | "heard">;

async function takePage(
  vault: Vault,
  effects: TakingEffects,
  page: PullAnswer,
  pulled: Pulled,
): Promise<void> {
  await takeDevices(vault, page.devices);
  const held = await vault.checklistHashes();
  for (const { hash, body } of page.checklists)
    if ((!held.has(hash) || vault.damaged.has(`checklists:${hash}`)) && isWhole(hash, body))
      await vault.putChecklist(hash, body);
  for (const task of page.tasks) await vault.putTask(task);
  for (const id of page.removed) {
    const known = await vault.task(id);
    if (known !== null) await vault.putTask(known.task, true);
  }
  if (page.tasks.length + page.removed.length + page.checklists.length > 0) pulled.tasks = true;
  const replica = await replicaOf(vault, effects);
  for (const { id, entries, runs } of page.inspections) {
    const arrival = await takeIn(vault, replica, { inspection: id, entries, runs }, "server");
    if (arrival.added.length > 0) pulled.inspections.add(id);
    if (arrival.own > 0) await tellOldCopy(vault, effects, arrival.own);
  }
  for (const { inspection } of page.erased ?? []) pulled.inspections.add(inspection);
  await dropErased(vault, page.erased ?? []);
  if (page.devices.length > 0) await proveRest(vault, replica, pulled);
}

async function replicaOf(vault: Vault, { subtle, locks }: TakingEffects): Promise<ReplicaEffects> {
  const bureau = await vault.meta("bureau");
  const keys = keyring(subtle, [...(await vault.devices()), vault.asDevice()], bureau?.bureauKey ?? null);
  return { subtle, locks, keys };
}

/** A device's key never changes: the first one that was seen stays, and our own is our own. */
async function takeDevices(vault: Vault, devices: KnownDevice[]): Promise<void> {
  const known = new Map((await vault.devices()).map((device): [string, KnownDevice] => [device.id, device]));
  for (const device of devices) {
    if (device.id === vault.device) continue;
    const before = known.get(device.id);
    await vault.putDevice(before === undefined ? device : { ...device, public_key: before.public_key });
  }
}

/** A checklist is what its hash says, or it is not taken. */
function isWhole(hash: string, body: unknown): boolean {
  try {
    return digest(body) === hash;
  } catch (thrown) {
    if (isRefused(thrown)) return false;
    throw thrown;
  }
}

async function proveRest(vault: Vault, replica: ReplicaEffects, pulled: Pulled): Promise<void> {
  const aside = await vault.run(() => vault.db.entries.filter((row) => row.proven === 0).toArray());
  for (const inspection of new Set(aside.map((row) => row.inspection))) {
    if ((await proveAgain(vault, replica, inspection)).length > 0) pulled.inspections.add(inspection);
  }
}

/** Our own entries that we do not know: this profile was restored from an old copy. */
async function tellOldCopy(vault: Vault, { clock }: TakingEffects, count: number): Promise<void> {
  await vault.addNotice({ code: "profile_restored", params: { count }, at: isoTime(clock.now()) });
}
