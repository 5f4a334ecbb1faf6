/**
 * The road without a line: the same entries, runs, evidence, tasks and receipts as push and pull, in files.
 *
 * Part 0 of a file of kind "entries" (from a phone) is {inspections:[{id, entries, runs}], evidence:[{inspection,
 * sha256, media_type, path, value}]}, the bytes follow in that order. Part 0 of a file of kind "tasks" (from the
 * bureau) is {pull: the answer of /api/sync/pull or null, outcomes: those of a push, evidence: [{inspection, sha256}],
 * manifests: answers of /api/sync/manifest}: tasks out and, in the same file, the receipts for what came in before.
 */
import type { ManifestAnswer, PullAnswer, PushOutcome } from "../api/types";
import type { Clock, Locks, Random } from "../app/ports";
import type { Entry, Run } from "../core/journal";
import { sha256Hex } from "../core/sha256";
import { evidenceRecord, keepBlob, readBlob } from "../vault/blobs";
import { isoTime, utf8 } from "../vault/encoding";
import { offerBytes, parcelOf } from "../vault/exchange";
import { readPacket, writePacket, type Packet } from "../vault/packet";
import { codeOf, Refusal } from "../vault/refusal";
import { takeIn, type EvidenceRecord } from "../vault/replica";
import { keyring, type Keyring } from "../vault/runs";
import { entryKey, evidenceKey, type EvidenceRow } from "../vault/schema";
import type { Vault } from "../vault/vault";
import { takeManifests } from "./manifest";
import { confirm, takeOutcomes } from "./outbox";
import { takePull, type Pulled } from "./pull";
import { summarise } from "./summary";

export interface FileEffects {
  subtle: SubtleCrypto;
  random: Random;
  locks: Locks;
  clock: Clock;
}

interface EntriesPart {
  inspections: { id: string; entries: Entry[]; runs: Run[] }[];
  evidence: (EvidenceRecord & { inspection: string })[];
}

interface TasksPart {
  pull: PullAnswer | null;
  outcomes: PushOutcome[];
  evidence: { inspection: string; sha256: string }[];
  manifests?: ManifestAnswer[];
}

/** What to put into a file, and for whom. */
export interface Errand {
  /** "server" for the bureau, or a partner's device id. */
  to: string;
  /** All of this vault when absent. */
  inspections?: string[];
  /** Without photos a file is small enough for any messenger. */
  photos: boolean;
}

export interface PackedFile {
  name: string;
  file: Blob;
  entries: number;
  evidence: number;
}

export interface TakenFile {
  from: string;
  entries: number;
  evidence: number;
  tasks: number;
  /** Items of ours that the file confirms. */
  confirmed: number;
  /** Evidence that the file names and that could not be read out of it: cut off, or damaged on its way. */
  missing: number;
  inspections: string[];
}

/** Packs what this vault holds. Refusals: packet_reader_unknown (no key of theirs here yet) · packet_empty. */
export async function packFile(vault: Vault, effects: FileEffects, errand: Errand): Promise<PackedFile> {
  const reader = await readerKey(vault, errand.to);
  const ids = errand.inspections ?? (await vault.tasks()).map(({ task }) => task.id);
  const part: EntriesPart = { inspections: [], evidence: [] };
  for (const id of ids) {
    const { entries, runs } = await parcelOf(vault, id, new Set());
    if (entries.length > 0) part.inspections.push({ id, entries, runs });
    if (errand.photos) part.evidence.push(...(await evidenceIn(vault, id)));
  }
  const entries = part.inspections.reduce((sum, inspection) => sum + inspection.entries.length, 0);
  if (entries === 0) throw new Refusal("packet_empty");
  const at = isoTime(effects.clock.now());
  const bytes = part.evidence.map(({ value }) => async (): Promise<ArrayBuffer> => {
    const found = await readBlob(vault, value.sha256);
    if (found === null) throw new Refusal("row_damaged");
    return found;
  });
  const file = await writePacket(
    {
      ...effects,
      kind: "entries",
      from: vault.device,
      to: errand.to,
      at,
      reader,
      sign: (words) => vault.signer.sign(vault.signing, words),
    },
    [async () => utf8(JSON.stringify(part)), ...bytes],
  );
  const name = `suicha-${chinaMinute(effects.clock.now())}-${vault.device.slice(-6)}.suicha`;
  return { name, file, entries, evidence: part.evidence.length };
}

/** "20261122T1605": people look for a file by the time on their wall, and the bureau names its files so too. */
function chinaMinute(ms: number): string {
  return isoTime(ms + 8 * 3_600_000)
    .slice(0, 16)
    .replace(/[-:]/g, "");
}

/**
 * Takes a file in, from the bureau or from another phone. Refusals: those of readPacket, and packet_damaged when what
 * was said in it cannot be read; then nothing was taken.
 */
export async function takeFile(vault: Vault, effects: FileEffects, file: Blob): Promise<TakenFile> {
  const devices = [...(await vault.devices()), vault.asDevice()];
  const bureau = await vault.meta("bureau");
  const sender = (from: string): JsonWebKey | null =>
    from === "server"
      ? (bureau?.bureauKey ?? null)
      : (devices.find(({ id }) => id === from)?.public_key ?? null);
  const own = { id: vault.device, key: vault.sharing };
  const packet = await readPacket({ subtle: effects.subtle, own, sender }, file);
  if (packet.header.kind === "tasks") return takeTasks(vault, effects, packet);
  const keys = keyring(effects.subtle, devices, bureau?.bureauKey ?? null);
  return takeEntries(vault, effects, packet, keys);
}

async function takeEntries(
  vault: Vault,
  effects: FileEffects,
  packet: Packet,
  keys: Keyring,
): Promise<TakenFile> {
  const { inspections, evidence } = await packet.json<EntriesPart>(0);
  const taken: TakenFile = {
    from: packet.header.from,
    entries: 0,
    evidence: 0,
    tasks: 0,
    confirmed: 0,
    missing: 0,
    inspections: [],
  };
  for (const { id, entries, runs } of inspections) {
    // Only inspections that are ours: a file is no way to learn of somebody else's.
    if ((await vault.task(id)) === null) continue;
    const arrival = await takeIn(vault, { ...effects, keys }, { inspection: id, entries, runs }, "hand_over");
    taken.entries += arrival.added.length;
    taken.inspections.push(id);
  }
  for (const [at, { inspection, value }] of evidence.entries()) {
    const brought = await takeBytes(vault, inspection, value.sha256, () => wholePart(packet, at + 1));
    if (brought === "taken") taken.evidence += 1;
    if (brought === "missing") taken.missing += 1;
  }
  return taken;
}

/** One part; null when the file was cut before its end, or it was damaged: what else is whole is taken all the same. */
async function wholePart(packet: Packet, number: number): Promise<ArrayBuffer | null> {
  try {
    return await packet.part(number);
  } catch (thrown) {
    if (codeOf(thrown) === "packet_damaged") return null;
    throw thrown;
  }
}

/** Bytes that an entry here names and that are not here yet; believed when their hash is right. */
async function takeBytes(
  vault: Vault,
  inspection: string,
  sha256: string,
  read: () => Promise<ArrayBuffer | null>,
): Promise<"taken" | "known" | "missing"> {
  const row = await vault.run(() => vault.db.evidence.get([inspection, sha256]));
  if (row === undefined || row.here === 1) return "known";
  const bytes = await read();
  if (bytes === null || sha256Hex(new Uint8Array(bytes)) !== sha256) return "missing";
  await keepBlob(vault, inspection, sha256, bytes);
  await offerBytes(vault, inspection, sha256);
  return "taken";
}

async function takeTasks(vault: Vault, effects: FileEffects, packet: Packet): Promise<TakenFile> {
  const { pull, outcomes, evidence, manifests } = await packet.json<TasksPart>(0);
  const pulled: Pulled = { inspections: new Set(), tasks: false, offeredAgain: false };
  const waited = await vault.run(() => vault.db.outbox.count());
  const holds = pull === null || (await takePull(vault, effects, pull, pulled));
  if (holds) await takeReceipts(vault, effects, outcomes);
  if (holds) await takeArrivals(vault, evidence);
  // Counted by what waits no more: one's own entries coming back confirm as much as a receipt does.
  const confirmed = waited - (await vault.run(() => vault.db.outbox.count()));
  for (const id of pulled.inspections) await summarise(vault, id);
  const { forgotten } = await takeManifests(vault, effects, holds ? (manifests ?? []) : []);
  return {
    from: packet.header.from,
    entries: pull?.inspections.reduce((sum, { entries }) => sum + entries.length, 0) ?? 0,
    evidence: 0,
    tasks: pull?.tasks.length ?? 0,
    confirmed,
    missing: 0,
    inspections: [...pulled.inspections].filter((id) => !forgotten.includes(id)),
  };
}

async function takeReceipts(vault: Vault, { clock }: FileEffects, outcomes: PushOutcome[]): Promise<void> {
  const rows = await vault.run(() => vault.db.outbox.bulkGet(outcomes.map(({ id }) => entryKey(id))));
  const told = outcomes.flatMap((outcome, at) => {
    const row = rows[at];
    return row === undefined ? [] : [[row, outcome] as const];
  });
  await takeOutcomes(vault, told, clock.now());
}

async function takeArrivals(vault: Vault, evidence: TasksPart["evidence"]): Promise<void> {
  const keys = evidence.map(({ inspection, sha256 }) => evidenceKey(inspection, sha256));
  const known = await vault.run(() => vault.db.outbox.bulkGet(keys));
  const arrived = known.filter((row) => row !== undefined).map((row) => row!.key);
  await confirm(vault, arrived);
}

async function evidenceIn(vault: Vault, inspection: string): Promise<EntriesPart["evidence"]> {
  const rows: EvidenceRow[] = await vault.run(() =>
    vault.db.evidence.where("[inspection+sha256]").between([inspection, ""], [inspection, "~"]).toArray(),
  );
  const found: EntriesPart["evidence"] = [];
  for (const { sha256, here } of rows) {
    const record = here === 1 ? await evidenceRecord(vault, inspection, sha256) : null;
    // Looked at before it is promised: a damaged photo must not keep the others from leaving.
    if (record !== null && (await readBlob(vault, sha256)) !== null) found.push({ ...record, inspection });
  }
  return found;
}

async function readerKey(vault: Vault, to: string): Promise<JsonWebKey> {
  const key =
    to === "server"
      ? (await vault.meta("bureau"))?.recoveryKey
      : (await vault.devices()).find(({ id }) => id === to)?.public_key;
  if (key === undefined || key === null) throw new Refusal("packet_reader_unknown");
  return key;
}
