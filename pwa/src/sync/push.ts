/**
 * Pushing entries: in batches small enough for 2G, each entry with an outcome of its own. A batch that the server
 * cannot take at all is halved until the one entry is alone that spoils it; that one is set aside with the
 * sentence and the rest goes through.
 */
import { ApiError } from "../api/http";
import type { SyncApi } from "../api/server";
import type { PushAnswer, PushOutcome } from "../api/types";
import type { Clock, Random } from "../app/ports";
import type { Entry, Run } from "../core/journal";
import { allRuns } from "../vault/runs";
import type { OutboxRow } from "../vault/schema";
import type { Vault } from "../vault/vault";
import { waitFor } from "./backoff";
import { due, settle, takeOutcomes, type Due } from "./outbox";

const MOST_ENTRIES = 200;
const MOST_BYTES = 192 * 1024;

export interface PushEffects {
  api: SyncApi;
  clock: Clock;
  random: Random;
  /** The server's clock was seen: its time, and when we asked and heard (UTC ms). */
  heard: (serverTime: string, asked: number, answered: number) => Promise<void>;
}

interface Parcel {
  row: OutboxRow;
  entry: Entry;
}

/**
 * Pushes all that is due; answers on how many the server had a word. Throws Unreachable, and ApiError for what concerns
 * the whole round (401, 429, 5xx).
 */
export async function pushEntries(vault: Vault, effects: PushEffects, when: Due): Promise<number> {
  const rows = await due(vault, "entry", when);
  const runs = new Map<string, Run[]>();
  for (const inspection of new Set(rows.map((row) => row.inspection))) {
    runs.set(inspection, await allRuns(vault, inspection));
  }
  let pushed = 0;
  for (const batch of batches(await parcels(vault, rows)))
    pushed += await pushBatch(vault, effects, batch, runs);
  return pushed;
}

async function parcels(vault: Vault, rows: OutboxRow[]): Promise<Parcel[]> {
  const stored = await vault.run(() => vault.db.entries.bulkGet(rows.map((row) => row.id)));
  const found: Parcel[] = [];
  for (const [at, row] of rows.entries()) {
    const entry = await opened(vault, stored[at]?.sealed, row.id);
    if (entry === null) await settle(vault, row, "refused", { code: "missing_here", sentence: null });
    else found.push({ row, entry });
  }
  return found.sort((a, b) => a.row.order - b.row.order || a.entry.seq - b.entry.seq);
}

/** One damaged row must not keep the others back. */
async function opened(vault: Vault, sealed: ArrayBuffer | undefined, id: string): Promise<Entry | null> {
  if (sealed === undefined) return null;
  return vault.box.readable<Entry>(`entries:${id}`, sealed);
}

function batches(all: Parcel[]): Parcel[][] {
  const found: Parcel[][] = [];
  let bytes = Infinity;
  for (const parcel of all) {
    const size = parcel.row.sealed.byteLength + JSON.stringify(parcel.entry).length;
    const last = found[found.length - 1];
    if (last === undefined || last.length >= MOST_ENTRIES || bytes + size > MOST_BYTES) {
      found.push([parcel]);
      bytes = size;
    } else {
      last.push(parcel);
      bytes += size;
    }
  }
  return found;
}

async function pushBatch(
  vault: Vault,
  effects: PushEffects,
  batch: Parcel[],
  runs: Map<string, Run[]>,
): Promise<number> {
  const asked = effects.clock.now();
  try {
    const answer = await effects.api.push(
      runsFor(batch, runs),
      batch.map(({ entry }) => entry),
    );
    await effects.heard(answer.server_time, asked, effects.clock.now());
    return await take(vault, effects, batch, answer);
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || !isAboutContent(thrown)) throw thrown;
    return split(vault, effects, batch, runs, thrown);
  }
}

/** 400, 409, 413, 415, 422 speak of what was sent; anything else of who sends it or of the server's state. */
function isAboutContent({ status }: ApiError): boolean {
  return status === 400 || status === 409 || status === 413 || status === 415 || status === 422;
}

async function split(
  vault: Vault,
  effects: PushEffects,
  batch: Parcel[],
  runs: Map<string, Run[]>,
  error: ApiError,
): Promise<number> {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) {
    await settle(vault, only.row, "refused", { code: error.code, sentence: error.sentence });
    return 0;
  }
  const half = Math.ceil(batch.length / 2);
  const first = await pushBatch(vault, effects, batch.slice(0, half), runs);
  return first + (await pushBatch(vault, effects, batch.slice(half), runs));
}

function runsFor(batch: Parcel[], runs: Map<string, Run[]>): Run[] {
  const wanted = new Set(batch.map(({ entry }) => entry.id));
  const named = [...new Set(batch.map(({ row }) => row.inspection))].flatMap(
    (inspection) => runs.get(inspection) ?? [],
  );
  return named.filter((run) => run.ids.some((id) => wanted.has(id)));
}

/** Each entry by its own outcome; one the server passed over in silence is offered again later. */
async function take(
  vault: Vault,
  { clock, random }: PushEffects,
  batch: Parcel[],
  answer: PushAnswer,
): Promise<number> {
  const outcomes = new Map(answer.outcomes.map((outcome): [string, PushOutcome] => [outcome.id, outcome]));
  const told: [OutboxRow, PushOutcome][] = [];
  for (const { row } of batch) {
    const outcome = outcomes.get(row.id);
    if (outcome !== undefined) told.push([row, outcome]);
    else {
      const wait = clock.now() + waitFor(row.attempts + 1, random, null);
      await settle(vault, row, "waiting", { code: "no_outcome", sentence: null }, wait);
    }
  }
  await takeOutcomes(vault, told, clock.now());
  return told.length;
}
