/** Runs: what a device signs so that every replica can check its entries. */
import type { KnownDevice } from "../api/types";
import { digest } from "../core/canonical";
import { checkRun, runBytes, SERVER, type Entry, type Run } from "../core/journal";
import { fullIsNone } from "./durable";
import { base64url, fromBase64url } from "./encoding";
import { importPublicKey, SIGNATURE } from "./keys";
import { isRefused } from "./refusal";
import type { ChainRow, RunRow } from "./schema";
import type { Vault } from "./vault";

/** No run is longer than this, so that a push stays small on 2G. */
const LONGEST = 200;

export function runKey(run: Run): string {
  return digest({ ...run, ids: [...run.ids] });
}

/** The sealed row of a run. */
export async function runRow(vault: Vault, run: Run): Promise<RunRow> {
  const key = runKey(run);
  const { inspection, device, first_seq } = run;
  const last_seq = first_seq + run.ids.length - 1;
  return { key, inspection, device, first_seq, last_seq, sealed: await vault.box.seal(`runs:${key}`, run) };
}

export async function runsOf(vault: Vault, inspection: string): Promise<Run[]> {
  const rows = await vault.run(() => vault.db.runs.where("inspection").equals(inspection).toArray());
  return vault.readable<Run, RunRow>(rows, (row) => `runs:${row.key}`);
}

/**
 * Signs what this device has said since its last run. Nothing to sign is fine; two tabs at once are too: the second
 * finds the chain already signed. Answers the number of entries newly under a run.
 */
export async function signRuns(vault: Vault, inspection: string): Promise<number> {
  const made = await newRuns(vault, inspection);
  if (made === null || !(await kept(vault, made))) return 0;
  return made.runs.reduce((sum, { ids }) => sum + ids.length, 0);
}

/** All runs of an inspection after signing what is new. Where there is no room to keep that, it is signed all the same. */
export async function allRuns(vault: Vault, inspection: string): Promise<Run[]> {
  const made = await newRuns(vault, inspection);
  const unkept = made !== null && (await kept(vault, made).catch(fullIsNone)) === null ? made.runs : [];
  return [...(await runsOf(vault, inspection)), ...unkept];
}

interface Signed {
  chain: ChainRow;
  runs: Run[];
}

async function newRuns(vault: Vault, inspection: string): Promise<Signed | null> {
  const chain = await vault.run(() => vault.db.chains.get(inspection));
  if (chain === undefined || chain.tip === null || chain.signed >= chain.seq) return null;
  const unsigned = await backFrom(vault, chain.tip, chain.signed);
  const runs: Run[] = [];
  for (let at = 0; at < unsigned.length; at += LONGEST) {
    runs.push(await signed(vault, unsigned.slice(at, at + LONGEST)));
  }
  return { chain, runs };
}

/** False when another tab has signed meanwhile. */
async function kept(vault: Vault, { chain, runs }: Signed): Promise<boolean> {
  const rows = await Promise.all(runs.map((run) => runRow(vault, run)));
  return vault.run(() =>
    vault.db.transaction("rw", vault.db.runs, vault.db.chains, async () => {
      const now = await vault.db.chains.get(chain.inspection);
      if (now === undefined || now.signed !== chain.signed) return false;
      await vault.db.runs.bulkPut(rows);
      await vault.db.chains.update(chain.inspection, { signed: chain.seq });
      return true;
    }),
  );
}

/**
 * Our own entries from after `signed` up to the tip, oldest first, found by walking back: a fork keeps its branch.
 * One that is damaged has lost what came before it.
 */
async function backFrom(vault: Vault, tip: string, signed: number): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let id: string | null = tip; id !== null;) {
    const step: string = id;
    const row = await vault.run(() => vault.db.entries.get(step));
    if (row === undefined || row.seq <= signed) break;
    const entry: Entry | null = await vault.box.readable<Entry>(`entries:${step}`, row.sealed);
    if (entry === null) break;
    found.unshift(entry);
    id = entry.prev;
  }
  return found;
}

async function signed(vault: Vault, entries: Entry[]): Promise<Run> {
  const first = entries[0]!;
  const body = {
    inspection: first.inspection,
    device: first.device,
    first_seq: first.seq,
    ids: entries.map((entry) => entry.id),
  };
  const signature = await vault.signer.sign(vault.signing, runBytes(body));
  return { ...body, alg: "ES256", signature: base64url(signature) };
}

/** Whose keys a replica believes: devices by id, and the bureau's own for what the server says. */
export interface Keyring {
  key(device: string): Promise<CryptoKey | null>;
}

export function keyring(subtle: SubtleCrypto, devices: KnownDevice[], bureau: JsonWebKey | null): Keyring {
  const jwks = new Map(devices.map((device): [string, JsonWebKey] => [device.id, device.public_key]));
  if (bureau !== null) jwks.set(SERVER, bureau);
  const imported = new Map<string, Promise<CryptoKey | null>>();
  return {
    key(device) {
      const jwk = jwks.get(device);
      if (jwk === undefined) return Promise.resolve(null);
      const known = imported.get(device) ?? importPublicKey(subtle, jwk);
      imported.set(device, known);
      return known;
    },
  };
}

/** Is the run well formed and signed by the device it names? Never throws. */
export async function verified(subtle: SubtleCrypto, keys: Keyring, run: Run): Promise<boolean> {
  try {
    checkRun(run);
    const key = await keys.key(run.device);
    if (key === null) return false;
    return await subtle.verify(SIGNATURE, key, fromBase64url(run.signature), runBytes(run));
  } catch (thrown) {
    if (isRefused(thrown)) return false;
    throw thrown;
  }
}
