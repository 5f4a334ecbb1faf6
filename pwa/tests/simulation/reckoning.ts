/** What must be true after any life: see section 9 of the design of the journal. Answers what is not, in words. */
import { canonical } from "../../src/core/canonical";
import type { Conflict } from "../../src/app/ports";
import { fold, type Entry } from "../../src/core/journal";
import type { Dump } from "./bureau";
import type { SimPhone } from "./sim-phone";
import type { Life } from "./world";

/** Reasons with which the server may keep an entry apart for good. */
const APART = new Set(["late", "device_revoked"]);

/** What a chain that nobody forked or cut must not show. */
const BROKEN = new Set(["gap", "fork", "chain"]);

export async function reckon(life: Life): Promise<string[]> {
  const dump = life.bureau.dump();
  const faults: string[] = [];
  faults.push(...acknowledged(life, dump), ...stored(dump), ...olderClient(life, dump));
  // A server put back to an older state may have said something else before it heard what it had said.
  const forked = new Set<string>(life.restores > 0 ? ["server"] : []);
  for (const phone of life.phones) if (phone.old) for (const id of await phone.devices()) forked.add(id);
  for (const phone of life.phones)
    faults.push(...(await convergence(life, phone, dump, forked)), ...(await leftovers(life, phone)));
  return faults;
}

/** Acknowledged ⇒ stored: whatever a screen called saved is at the server, bytes and all. */
function acknowledged(life: Life, { entries, blobs }: Dump): string[] {
  const faults: string[] = [];
  for (const phone of life.phones) {
    for (const { entry, sha256 } of phone.promises) {
      const here = entries[entry.id];
      if (here === undefined)
        faults.push(`${phone.name} lost ${entry.kind} ${entry.path} ${entry.id.slice(0, 8)}`);
      else if (here[0] === "held" && !APART.has(here[1] ?? "")) {
        faults.push(`${entry.kind} of ${phone.name} is held: ${here[1]}`);
      }
      if (sha256 !== null && blobs[sha256] !== true)
        faults.push(`${phone.name} lost the photo ${sha256.slice(0, 8)}`);
    }
  }
  return faults;
}

/** The phone that was never updated: what it called saved is there too, and counts. */
function olderClient({ old }: Life, { entries, blobs }: Dump): string[] {
  const lost = old.entries.filter(({ id }) => entries[id] === undefined || !fine(entries[id]));
  const gone = old.photos.filter(({ sha256 }) => blobs[sha256] !== true);
  return [
    ...lost.map(
      ({ id, kind }) => `the older client lost ${kind} ${id.slice(0, 8)}: ${entries[id]?.join(" ") ?? ""}`,
    ),
    ...gone.map(({ sha256 }) => `the older client lost the photo ${sha256.slice(0, 8)}`),
  ];
}

function fine([status, code]: [string, string | null]): boolean {
  return status === "accepted" || APART.has(code ?? "");
}

function stored({ blobs }: Dump): string[] {
  return Object.entries(blobs)
    .filter(([, whole]) => !whole)
    .map(([sha256]) => `stored bytes are not ${sha256.slice(0, 8)}`);
}

/** Every replica folds to the server's state, and no chain of this phone's own has two branches. */
async function convergence(life: Life, phone: SimPhone, dump: Dump, forked: Set<string>): Promise<string[]> {
  const { app } = phone;
  if (app === null) return [`${phone.name} is closed`];
  const device = app.session.state.value.me?.device ?? "";
  const faults: string[] = [];
  for (const { task } of app.work.tasks.value) {
    const at = await phone.inspection(task.id);
    if (at === null) continue;
    const { state, entries } = at.view.value;
    const common = entries.filter(({ id }) => dump.entries[id]?.[0] === "accepted");
    // What a revoked phone said is kept apart at the server, and stays in sight where it had been handed over.
    const seen = canonical(fold(common, task.id));
    if (!life.revoked.has(device) && seen !== dump.states[task.id]) {
      const how = difference(seen, dump.states[task.id]!);
      faults.push(`${phone.name} sees ${task.number} otherwise than the server: ${how}`);
    }
    const unheard = entries.filter(({ id }) => dump.entries[id] === undefined);
    faults.push(
      ...unheard.map(({ id, kind }) => `${phone.name} shows a ${kind} that the server has not: ${id}`),
    );
    if (
      !life.revoked.has(device) &&
      state.flags.some(({ code, device }) => BROKEN.has(code) && !forked.has(device))
    ) {
      faults.push(`${phone.name}: ${JSON.stringify(state.flags)}`);
    }
    faults.push(
      ...doubled(phone, entries, forked),
      ...selfContradicted(phone, at.view.value.conflicts, forked),
    );
  }
  faults.push(...(await forgetting(life, phone, dump, forked)));
  return faults;
}

/** Only what is signed off is forgotten; it stays forgotten, and no number of its chain is ever given again. */
async function forgetting(life: Life, phone: SimPhone, dump: Dump, forked: Set<string>): Promise<string[]> {
  const faults: string[] = [];
  for (const { inspection, device, seq, back } of await phone.forgotten()) {
    if (back) faults.push(`${phone.name} holds rows of ${inspection}, which it has forgotten`);
    const { phase } = JSON.parse(dump.states[inspection]!) as { phase: string };
    if (life.restores === 0 && phase !== "signed_off")
      faults.push(`${phone.name} has forgotten ${inspection}, which is ${phase}`);
    const given = phone.promises.filter(
      ({ entry }) => entry.inspection === inspection && entry.device === device && entry.seq > seq,
    );
    if (given.length > 0 && !forked.has(device))
      faults.push(`${phone.name} would use the number ${seq + 1} of ${inspection} again`);
  }
  return faults;
}

/** A device has always seen what it said before: it never stands on both sides. */
function selfContradicted(phone: SimPhone, conflicts: Conflict[], forked: Set<string>): string[] {
  return conflicts
    .filter(({ claims }) => !claims.some(({ device }) => forked.has(device)))
    .filter(
      ({ claims }) =>
        new Set(claims.map(({ device }) => device)).size < claims.length &&
        claims.every(({ device }) => device === claims[0]!.device),
    )
    .map(({ key }) => `${phone.name} sees a device contradict itself at ${key}`);
}

function doubled(phone: SimPhone, entries: Entry[], forked: Set<string>): string[] {
  const places = entries
    .filter(({ device }) => !forked.has(device))
    .map(({ device, seq }) => `${device}:${seq}`);
  return new Set(places).size === places.length ? [] : [`${phone.name} has a number twice`];
}

/** Nothing waits any more, and what is kept apart says why. */
async function leftovers(life: Life, phone: SimPhone): Promise<string[]> {
  const items = phone.app?.sync.status.value.items ?? [];
  const orphans = await orphaned(life, phone);
  const fine = (id: string, code: string | undefined): boolean =>
    APART.has(code ?? "") || (code === "device_unknown" && orphans.has(id));
  return items
    .filter(({ id, state, reason }) => state !== "held" || !fine(id, reason?.code))
    .map(({ what, state, reason }) => `${phone.name} still has a ${what}: ${state} ${reason?.code ?? ""}`);
}

/**
 * Statements here of a device that is gone at both ends: profile and server were put back to before it. Nobody can enrol
 * it again, so what others hold of it stays apart.
 */
async function orphaned(life: Life, phone: SimPhone): Promise<Set<string>> {
  if (life.restores === 0 || !life.phones.some(({ old }) => old)) return new Set();
  const living = new Set((await Promise.all(life.phones.map((one) => one.devices()))).flat());
  const opened = await Promise.all(life.people.tasks.map((task) => phone.inspection(task)));
  const entries = opened.flatMap((at) => at?.view.value.entries ?? []);
  return new Set(entries.filter(({ device }) => !living.has(device)).map(({ id }) => id));
}

function difference(here: string, there: string): string {
  let at = 0;
  while (at < here.length && here[at] === there[at]) at += 1;
  return `…${here.slice(Math.max(0, at - 60), at + 80)} / …${there.slice(Math.max(0, at - 60), at + 80)}`;
}
