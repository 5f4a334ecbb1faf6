/**
 * The journal of one inspection in one vault: the only place where entries are written.
 *
 * Writing takes a lock over all tabs, allocates seq and prev after the tip it knows, seals, and then commits in one
 * transaction that compares the chain's tip first: where another tab has written meanwhile (or a browser has lost its
 * locks) nothing is written, and the writer looks and tries again. So a save reads nothing before it writes, and no
 * chain forks. What `append` answers is on the disk.
 */
import type { Collection, Table } from "dexie";
import type { Channel, Clock, EvidenceMeta, Hasher, Locks, Statement } from "../app/ports";
import { canonical, type Json } from "../core/canonical";
import {
  check,
  fold,
  headsAt,
  headsOfRow,
  ownLayers,
  seal,
  type Entry,
  type EntryBody,
  type MarkValue,
  type State,
  type StoredEvidence,
} from "../core/journal";
import { isoTime } from "./encoding";
import { isRefused, Refusal } from "./refusal";
import { entryOffer, entryRow, evidenceOffer, type EvidenceRecord } from "./replica";
import {
  isEvidenceKey,
  isPurged,
  isUnsent,
  type BlobRow,
  type ChainRow,
  type EntryRow,
  type EvidenceRow,
  type OutboxRow,
} from "./schema";
import { blobLock, writeLock, type Vault } from "./vault";

export interface JournalEffects {
  clock: Clock;
  locks: Locks;
  channel: Channel;
  hasher: Hasher;
}

export interface Waiting {
  entries: number;
  photos: number;
}

/** Evidence that an entry names, and its bytes as they lie on the disk. */
interface Attachment {
  record: EvidenceRecord;
  blob: BlobRow;
}

/** Where our own chain of the inspection ends. */
type Tip = Pick<ChainRow, "seq" | "tip">;

const HEADED = new Set<string>(["answer", "row", "finding"]);
const ALLOCATIONS = 8;

export class Journal {
  private readonly entries = new Map<string, Entry>();
  /** Entries of kinds this version does not know: kept, handed on, not folded. */
  private readonly foreign = new Map<string, Entry>();
  private folded: State | null = null;
  /** As of our last look or write; null before the first. */
  private tip: Tip | null = null;
  /** What of this inspection the server has not confirmed, as of the last commit or `recount`. */
  waiting: Waiting = { entries: 0, photos: 0 };
  /** How many statements of it the server holds apart, as of the last `recount`. */
  private apart = 0;

  constructor(
    readonly vault: Vault,
    readonly inspection: string,
    private readonly effects: JournalEffects,
  ) {}

  /** Entries that are part of the state, in no particular order. */
  list(): Entry[] {
    return [...this.entries.values()];
  }

  entry(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  state(): State {
    this.folded ??= fold(this.entries.values(), this.inspection);
    return this.folded;
  }

  /** Reads what other tabs, a pull or a hand-over have added. True when something is new. */
  async refresh(): Promise<boolean> {
    return this.take(await this.vault.run(() => this.unseen()));
  }

  /** Proven rows that are not here yet. Once something is, only the ids are compared: a save reads no sealed row. */
  private async unseen(): Promise<EntryRow[]> {
    const { entries } = this.vault.db;
    const mine = entries.where("inspection").equals(this.inspection);
    const begun = this.entries.size + this.foreign.size > 0;
    const rows = begun ? await entries.bulkGet(await this.strange(mine)) : await mine.toArray();
    return rows.filter((row): row is EntryRow => row?.proven === 1);
  }

  private async strange(rows: Collection<EntryRow, string>): Promise<string[]> {
    const ids = await rows.primaryKeys();
    return ids.filter((id) => !this.entries.has(id) && !this.foreign.has(id));
  }

  private async take(rows: EntryRow[]): Promise<boolean> {
    const fresh = await this.vault.entriesOf(rows);
    this.include(fresh);
    return fresh.length > 0;
  }

  /** Counts anew what is still on its way. True when it is something else now. */
  async recount(): Promise<boolean> {
    const before = this.waiting;
    const rows = await this.vault.run(() => this.outbox().toArray());
    this.apart = rows.filter((row) => !isUnsent(row)).length;
    this.waiting = this.tally(rows.map(({ key }) => key));
    return before.photos !== this.waiting.photos || before.entries !== this.waiting.entries;
  }

  private outbox(): Collection<OutboxRow, string> {
    return this.vault.db.outbox.where("inspection").equals(this.inspection);
  }

  /** By the keys alone, for every commit asks: how many are held apart changes in a sync only, which recounts. */
  private tally(keys: readonly string[]): Waiting {
    const photos = keys.filter(isEvidenceKey).length;
    return { entries: Math.max(0, keys.length - photos - this.apart), photos };
  }

  /** Appends statements together, in order. Answers when they are durably committed. */
  append(statements: Statement[]): Promise<Entry[]> {
    return this.write(statements, []);
  }

  /**
   * Hashes, seals and commits bytes, reads them back, and appends the entry that names them.
   * Refusals: quota_full · not_stored (what came back is not what went in) · those of an entry.
   */
  async putEvidence(path: string, bytes: ArrayBuffer, meta: EvidenceMeta): Promise<Entry> {
    const sha256 = await this.effects.hasher.sha256(bytes);
    const value = described(sha256, bytes.byteLength, meta, isoTime(this.effects.clock.now()));
    return this.effects.locks.hold(blobLock(this.vault), async () => {
      const blob = await this.store(sha256, bytes);
      const [entry] = await this.write(
        [{ kind: "evidence", path, value }],
        [{ record: { value, path }, blob }],
      );
      return entry!;
    });
  }

  private async store(sha256: string, bytes: ArrayBuffer): Promise<BlobRow> {
    const { vault, effects } = this;
    const place = `blobs:${sha256}`;
    const sealed = await vault.box.sealBytes(place, bytes);
    await vault.run(() => vault.db.blobs.put({ sha256, sealed }));
    const back = await vault.run(() => vault.db.blobs.get(sha256));
    const kept =
      back === undefined ? null : await effects.hasher.sha256(await vault.box.openBytes(place, back.sealed));
    if (kept !== sha256) throw new Refusal("not_stored");
    return { sha256, sealed };
  }

  private write(statements: Statement[], attachments: Attachment[]): Promise<Entry[]> {
    const { vault, inspection, effects } = this;
    return effects.locks.hold(writeLock(vault, inspection), async () => {
      for (let attempt = 0; attempt < ALLOCATIONS; attempt += 1) {
        const tip = (attempt === 0 ? this.tip : null) ?? (await this.look());
        const entries = await this.built(statements, tip);
        if (!(await this.commit(tip, entries, attachments))) continue;
        this.include(entries);
        effects.channel.post({ about: "inspection", vault: vault.id, inspection });
        return entries;
      }
      throw new Refusal("storage_busy");
    });
  }

  /** The chain's tip and all that is new, as of one moment: what another tab commits later changes the tip. */
  private async look(): Promise<Tip> {
    const { vault, inspection } = this;
    const { chains, entries } = vault.db;
    const [chain, rows] = await vault.run(() =>
      vault.db.transaction("r", [chains, entries], () =>
        Promise.all([chains.get(inspection), this.unseen()]),
      ),
    );
    await this.take(rows);
    return chain ?? { seq: 0, tip: null };
  }

  private async built(statements: Statement[], { seq, tip }: Tip): Promise<Entry[]> {
    const skew = await this.vault.skew();
    const at = isoTime(this.effects.clock.now());
    const made: Entry[] = [];
    for (const { kind, path, value, replaces } of statements) {
      const body: EntryBody = {
        inspection: this.inspection,
        author: this.vault.person.id,
        device: this.vault.device,
        seq: seq + made.length + 1,
        prev: made.length === 0 ? tip : made[made.length - 1]!.id,
        at,
        skew_ms: skew,
        kind,
        path,
        value: composed(value),
        replaces:
          replaces === undefined ? this.heads({ kind, path, value }, made) : [...new Set(replaces)].sort(),
      };
      made.push(seal(body));
    }
    return made;
  }

  /**
   * What a new statement stands in for: the heads seen here, including those of the same batch. Of what came too late
   * for a closed round only our own: should the lead let it in, nobody is to contradict himself.
   */
  private heads({ kind, path, value }: Statement, made: Entry[]): string[] {
    if (kind === "mark") return this.layersBefore(path, value as MarkValue);
    if (!HEADED.has(kind)) return [];
    const removal = value === null;
    const all = [...this.entries.values(), ...made];
    const state = made.length === 0 ? this.state() : fold(all, this.inspection);
    const seen = headsOf(state, kind, path, removal);
    if (state.late.length === 0) return seen;
    const late = new Set(state.late);
    const open = fold(
      all.filter((entry) => entry.kind !== "received"),
      this.inspection,
    );
    const mine = new Set(all.filter(({ device }) => device === this.vault.device).map(({ id }) => id));
    const own = headsOf(open, kind, path, removal).filter((id) => late.has(id) && mine.has(id));
    return [...new Set([...seen, ...own])].sort();
  }

  /** Who draws on a photo again takes the place of his own earlier drawing, never of another's. */
  private layersBefore(path: string, { photo }: MarkValue): string[] {
    return ownLayers(this.state(), path, photo, this.vault.person.id)
      .map(({ id }) => id)
      .sort();
  }

  /**
   * False, and nothing is written, when the chain does not end where we thought. Refuses (`not_writable`) once another
   * tab has forgotten the inspection after its receipt.
   */
  private async commit(before: Tip, entries: Entry[], attachments: Attachment[]): Promise<boolean> {
    const { vault, inspection } = this;
    const { id: tip, seq } = entries[entries.length - 1]!;
    const [rows, outbox, evidence] = await Promise.all([
      Promise.all(entries.map((entry) => entryRow(vault, entry, true))),
      Promise.all(entries.map((entry) => entryOffer(vault, entry))),
      Promise.all(attachments.map((attachment) => this.attached(attachment))),
    ]);
    const { db } = vault;
    const tables: Table[] = [db.entries, db.chains, db.outbox, db.evidence];
    const written = await vault.run(() =>
      db.transaction("rw", [...tables, ...(evidence.length > 0 ? [db.blobs] : [])], async () => {
        const chain = (await db.chains.get(inspection)) ?? newChain(inspection);
        // A repeat after a lost connection: the first attempt had reached the disk.
        if (chain.tip === tip) return true;
        if (isPurged(chain)) return null;
        if (chain.tip !== before.tip) return false;
        for (const attached of evidence) await attach(vault, attached);
        // Asked for together, done in this order.
        const [, , , keys] = await Promise.all([
          db.entries.bulkAdd(rows),
          db.outbox.bulkPut(outbox),
          db.chains.put({ ...chain, seq, tip }),
          this.outbox().primaryKeys(),
        ]);
        this.waiting = this.tally(keys);
        return true;
      }),
    );
    if (written === null) throw new Refusal("not_writable");
    if (written) this.tip = { seq, tip };
    return written;
  }

  private async attached({ record, blob }: Attachment): Promise<[EvidenceRow, OutboxRow, BlobRow]> {
    const { vault, inspection } = this;
    const { sha256 } = record.value;
    const sealed = await vault.box.seal(`evidence:${inspection}:${sha256}`, record);
    const offer = await evidenceOffer(vault, inspection, record.value, record.path);
    return [{ inspection, sha256, here: 1, sealed }, offer, blob];
  }

  private include(entries: Entry[]): void {
    for (const entry of entries) {
      if (understood(entry)) this.entries.set(entry.id, entry);
      else this.foreign.set(entry.id, entry);
    }
    if (entries.length > 0) this.folded = null;
  }
}

function newChain(inspection: string): ChainRow {
  return { inspection, seq: 0, tip: null, signed: 0, forgotten: null };
}

function headsOf(state: State, kind: string, path: string, removal: boolean): string[] {
  if (kind === "row" && removal) return headsOfRow(state, path);
  return headsAt(state, kind as "answer" | "row" | "finding", path);
}

function understood(entry: Entry): boolean {
  try {
    check(entry);
    return true;
  } catch (thrown) {
    if (isRefused(thrown)) return false;
    throw thrown;
  }
}

/** The value as it will be signed: a plain copy (Vue hands us proxies) with all text in NFC. */
function composed(value: unknown): Json {
  return JSON.parse(canonical(JSON.parse(JSON.stringify(value).normalize("NFC")))) as Json;
}

function described(sha256: string, size: number, meta: EvidenceMeta, now: string): StoredEvidence {
  const { media_type, purpose, source, marks } = meta;
  return {
    sha256,
    size,
    media_type,
    purpose,
    taken_at: meta.taken_at ?? now,
    position: meta.position ?? null,
    source,
    width: meta.width ?? null,
    height: meta.height ?? null,
    ...(marks === undefined ? {} : { marks }),
  };
}

/**
 * The same bytes photographed or attached twice are uploaded once. Should they be gone again (this tab was frozen, its
 * lease ran out, and another tab took them for an orphan), they come back with the entry that names them.
 */
async function attach(vault: Vault, [row, outbox, blob]: [EvidenceRow, OutboxRow, BlobRow]): Promise<void> {
  if ((await vault.db.blobs.where("sha256").equals(blob.sha256).count()) === 0)
    await vault.db.blobs.put(blob);
  const known = await vault.db.evidence.get([row.inspection, row.sha256]);
  if (known?.here === 1) return;
  await vault.db.evidence.put(row);
  await vault.db.outbox.put(outbox);
}
