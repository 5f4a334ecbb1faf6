/**
 * One unlocked vault: sealed rows in, plain values out. Locking it drops the keys; the rows stay.
 *
 * Sealing is asynchronous (WebCrypto) and an await ends an IndexedDB transaction, so every method seals first and
 * then writes in one transaction, or reads first and opens afterwards.
 */
import type { Table } from "dexie";
import type { KnownDevice, Limits, Person, Task, Tombstone } from "../api/types";
import type { Definition } from "../core/checklist/types";
import type { Entry } from "../core/journal";
import type { Notice, Signer } from "../app/ports";
import { Damaged, damagedIsNone } from "./damaged";
import { durably } from "./durable";
import type { Box } from "./keys";
import { Refusal } from "./refusal";
import { isPurged, type EntryRow, type Sealed, type VaultDb } from "./schema";

/** What the vault remembers about itself and the server, by key of the `meta` table. */
export interface Meta {
  person: Person;
  /** How far the pull has come; `skew` is server minus device in ms. */
  sync: SyncMark;
  /** From the last server session: what offline work needs to know. */
  bureau: BureauFacts;
  place: string;
  notices: Notice[];
  /** Inspection id → UTC ms of the last opening here. */
  opened: Record<string, number>;
  /** Inspection id → ids of the colleague's statements that took the place of mine and that I have looked at. */
  looked: Record<string, string[]>;
  /** Inspection id → hash → what is left of a photo that was erased. */
  erased: Record<string, Record<string, Tombstone>>;
  /** Inspection id → UTC ms of the last manifest asked for. */
  manifests: Record<string, number>;
  /** The bureau has revoked this device: what is said on it from now on is no part of a record. */
  revoked: boolean;
  /** Epoch of the server that was told of this device; a server put back to an older state may not know it. */
  announced: string | null;
}

export interface SyncMark {
  cursor: string;
  epoch: string | null;
  /** UTC ms of the last complete round; null before the first. */
  last: number | null;
  /** UTC ms of the last answer from the server: the offline grant counts from here. */
  contact: number | null;
  skew: number;
}

export interface BureauFacts {
  name: string;
  division_code: string;
  bureauKey: JsonWebKey | null;
  /** To which files for the bureau are sealed; absent in vaults from before there were files. */
  recoveryKey?: JsonWebKey | null;
  limits: Limits;
}

/** What the list of tasks shows without folding every journal. */
export interface Summary {
  phase: string;
  done: number;
  total: number;
  conflicts: number;
}

export const NEVER_SYNCED: SyncMark = { cursor: "", epoch: null, last: null, contact: null, skew: 0 };

/** Name of the lock under which one inspection's chain is extended, in whatever tab. */
export function writeLock(vault: Vault, inspection: string): string {
  return `suicha:write:${vault.id}:${inspection}`;
}

/** Name of the lock between storing bytes and naming them in an entry; the sweep of orphans takes it too. */
export function blobLock(vault: Vault): string {
  return `suicha:blobs:${vault.id}`;
}

export interface TaskRecord {
  task: Task;
  removed: boolean;
}

interface Keys {
  box: Box;
  signing: CryptoKey;
  sharing: CryptoKey;
  wrapping: CryptoKey;
}

export class Vault {
  /** What was found unreadable. */
  readonly damaged = new Damaged();
  private keys: Keys | null;
  private mark: SyncMark | null = null;

  constructor(
    readonly id: string,
    readonly device: string,
    readonly publicKey: JsonWebKey,
    public person: Person,
    readonly db: VaultDb,
    readonly signer: Signer,
    keys: Keys,
  ) {
    this.keys = keys;
  }

  get locked(): boolean {
    return this.keys === null;
  }

  /** Drops the keys and closes the connection. Nothing is deleted. */
  lock(): void {
    this.keys = null;
    this.db.close();
  }

  /** Throws Refusal vault_locked. */
  get box(): Box {
    return this.held().box;
  }

  get signing(): CryptoKey {
    return this.held().signing;
  }

  /** The device's key for opening files that were sealed for it. */
  get sharing(): CryptoKey {
    return this.held().sharing;
  }

  /** Can only wrap and unwrap: for taking a new password. */
  get wrapping(): CryptoKey {
    return this.held().wrapping;
  }

  set wrapping(key: CryptoKey) {
    this.held().wrapping = key;
  }

  private held(): Keys {
    if (this.keys === null) throw new Refusal("vault_locked");
    return this.keys;
  }

  /** Every access to the database; reopens a lost connection. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.held();
    return durably(this.db, work);
  }

  async meta<K extends keyof Meta>(key: K): Promise<Meta[K] | null> {
    return this.one<Meta[K]>(this.db.meta, key, `meta:${key}`);
  }

  async setMeta<K extends keyof Meta>(key: K, value: Meta[K]): Promise<void> {
    const sealed = await this.box.seal(`meta:${key}`, value);
    await this.run(() => this.db.meta.put({ key, sealed }));
  }

  /** Takes the person's name, unit and roles as the server says them now. */
  async know(person: Person): Promise<void> {
    await this.setMeta("person", person);
    this.person = person;
  }

  async syncMark(): Promise<SyncMark> {
    this.mark = (await this.meta("sync")) ?? NEVER_SYNCED;
    return this.mark;
  }

  async setSyncMark(mark: SyncMark): Promise<void> {
    await this.setMeta("sync", mark);
    this.mark = mark;
  }

  /** Server minus device in ms, as of the last contact. */
  async skew(): Promise<number> {
    return (this.mark ?? (await this.syncMark())).skew;
  }

  async tasks(): Promise<TaskRecord[]> {
    return this.all<TaskRecord, { id: string }>(this.db.tasks, (row) => `tasks:${row.id}`);
  }

  async task(id: string): Promise<TaskRecord | null> {
    return this.one<TaskRecord>(this.db.tasks, id, `tasks:${id}`);
  }

  /** False, and nothing is kept, of a task whose inspection this vault has forgotten. */
  async putTask(task: Task, removed = false): Promise<boolean> {
    const sealed = await this.box.seal(`tasks:${task.id}`, { task, removed });
    const { tasks, chains } = this.db;
    return this.run(() =>
      this.db.transaction("rw", tasks, chains, async () => {
        if (isPurged(await chains.get(task.id))) return false;
        await tasks.put({ id: task.id, sealed });
        return true;
      }),
    );
  }

  async checklist(hash: string): Promise<Definition | null> {
    return this.one<Definition>(this.db.checklists, hash, `checklists:${hash}`);
  }

  async checklistHashes(): Promise<Set<string>> {
    return new Set(await this.run(() => this.db.checklists.toCollection().primaryKeys()));
  }

  async putChecklist(hash: string, body: Definition): Promise<void> {
    const sealed = await this.box.seal(`checklists:${hash}`, body);
    await this.run(() => this.db.checklists.put({ hash, sealed }));
  }

  async devices(): Promise<KnownDevice[]> {
    return this.all<KnownDevice, { id: string }>(this.db.devices, (row) => `devices:${row.id}`);
  }

  async putDevice(device: KnownDevice): Promise<void> {
    const sealed = await this.box.seal(`devices:${device.id}`, device);
    await this.run(() => this.db.devices.put({ id: device.id, sealed }));
  }

  /** This vault as others see it: what a hand-over gives them to check our runs with. */
  asDevice(): KnownDevice {
    const { id, name } = this.person;
    return { id: this.device, person_id: id, person_name: name, public_key: this.publicKey };
  }

  async summaries(): Promise<Map<string, Summary>> {
    const rows = await this.run(() => this.db.summaries.toArray());
    const opened = await Promise.all(
      rows.map(({ inspection, sealed }) => this.box.readable<Summary>(`summaries:${inspection}`, sealed)),
    );
    const found = rows.map(({ inspection }, at) => [inspection, opened[at]] as const);
    return new Map(found.filter((one): one is readonly [string, Summary] => one[1] !== null));
  }

  async putSummary(inspection: string, summary: Summary): Promise<void> {
    const sealed = await this.box.seal(`summaries:${inspection}`, summary);
    await this.run(() => this.db.summaries.put({ inspection, sealed }));
  }

  /** Text being typed; null forgets it. */
  async putDraft(inspection: string, path: string, text: string | null): Promise<void> {
    if (text === null) {
      await this.run(() => this.db.drafts.delete([inspection, path]));
      return;
    }
    const sealed = await this.box.seal(`drafts:${inspection}:${path}`, text);
    await this.run(() => this.db.drafts.put({ inspection, path, sealed }));
  }

  async drafts(inspection: string): Promise<Record<string, string>> {
    const rows = await this.run(() => this.db.drafts.where("inspection").equals(inspection).toArray());
    const texts: Record<string, string> = {};
    for (const row of rows) {
      const text = await this.box.readable<string>(`drafts:${inspection}:${row.path}`, row.sealed);
      if (text !== null) texts[row.path] = text;
    }
    return texts;
  }

  async addNotice(notice: Notice): Promise<void> {
    const others = ((await this.meta("notices")) ?? []).filter((known) => known.code !== notice.code);
    await this.setMeta("notices", [...others, notice]);
  }

  /** What of these rows can be read: one that the disk has damaged must not keep the others back. */
  async readable<T, R extends Sealed>(rows: readonly R[], place: (row: R) => string): Promise<T[]> {
    const { box } = this;
    const opened = await Promise.all(rows.map((row) => box.readable<T>(place(row), row.sealed)));
    rows.forEach((row, at) => opened[at] === null && this.damaged.note(place(row)));
    return opened.filter((value) => value !== null) as T[];
  }

  entriesOf(rows: readonly EntryRow[]): Promise<Entry[]> {
    return this.readable<Entry, EntryRow>(rows, ({ id }) => `entries:${id}`);
  }

  private async one<T>(table: Table<Sealed, string>, key: string, place: string): Promise<T | null> {
    const row = await this.run(() => table.get(key)).catch(damagedIsNone);
    if (row === undefined) return null;
    const value = row === null ? null : await this.box.readable<T>(place, row.sealed);
    if (value === null) this.damaged.note(place);
    return value;
  }

  private async all<T, R>(table: Table<Sealed & R, string>, place: (row: R) => string): Promise<T[]> {
    return this.readable<T, Sealed & R>(await this.run(() => table.toArray()), place);
  }
}
