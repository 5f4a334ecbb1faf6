/**
 * Every write of the vault goes through `durably`: a connection that the browser has dropped (Safari and low
 * memory do that in the background) is opened again and the work repeated; a full disk becomes its own refusal.
 * The work must be repeatable: it either compares before it adds, or puts the same again.
 */
import type { Dexie } from "dexie";
import { codeOf, Refusal } from "./refusal";

const LOST = new Set([
  "DatabaseClosedError",
  "InvalidStateError",
  "UnknownError",
  "OpenFailedError",
  "TransactionInactiveError",
  // Nobody here ends a transaction on purpose: the browser did.
  "AbortError",
]);
/** One value whose file the browser has lost (a large value lies in a file of its own); the rest is there. */
const UNREADABLE = ["NotReadableError", "DataError"];
const TRIES = 4;

const reopening = new WeakMap<Dexie, Promise<void>>();

/**
 * Runs `work`, reopening a lost connection up to three times. Refusals: quota_full, newer_version, storage_lost,
 * row_damaged.
 */
export async function durably<T>(db: Dexie, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      const names = namesOf(thrown);
      if (names.includes("QuotaExceededError")) throw new Refusal("quota_full");
      if (names.includes("VersionError")) throw new Refusal("newer_version");
      if (names.some((name) => UNREADABLE.includes(name))) throw new Refusal("row_damaged");
      if (!names.some((name) => LOST.has(name))) throw thrown;
      if (attempt === TRIES) throw new Refusal("storage_lost");
      await reopened(db);
    }
  }
}

/** For what is only good to have: want of room must not end what it is written beside. */
export function fullIsNone(thrown: unknown): null {
  if (codeOf(thrown) !== "quota_full") throw thrown;
  return null;
}

/** Names of the error and of what caused it: Dexie wraps the browser's own. */
function namesOf(thrown: unknown): string[] {
  const names: string[] = [];
  let error: unknown = thrown;
  for (let depth = 0; depth < 4 && error instanceof Object; depth += 1) {
    const { name, inner } = error as { name?: unknown; inner?: unknown };
    if (typeof name === "string") names.push(name);
    error = inner;
  }
  return names;
}

async function reopened(db: Dexie): Promise<void> {
  const under = reopening.get(db);
  if (under !== undefined) return under;
  const again = (async (): Promise<void> => {
    db.close({ disableAutoOpen: false });
    try {
      await db.open();
    } catch {
      // The next attempt meets the same error and names it.
    }
  })();
  reopening.set(db, again);
  try {
    await again;
  } finally {
    reopening.delete(db);
  }
}
