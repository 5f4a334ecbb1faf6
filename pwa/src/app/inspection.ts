/** One open inspection: a view that follows every change, and the ways to add to it. */
import { shallowRef } from "vue";
import type { KnownDevice, Tombstone } from "../api/types";
import { cover, rowId, SERVER, type Entry, type State } from "../core/journal";
import { fullIsNone } from "../vault/durable";
import { isoTime, uuidOf } from "../vault/encoding";
import { give, type ExchangeEffects } from "../vault/exchange";
import type { Journal } from "../vault/journal";
import { codeOf, Refusal } from "../vault/refusal";
import type { TaskRecord, Vault } from "../vault/vault";
import { conflictsOf, namesOf, partnersOf } from "./claims";
import type { Evaluator, Visit } from "./evaluation";
import type {
  Clock,
  EvidenceMeta,
  InspectionView,
  OpenInspection,
  Random,
  Saved,
  Statement,
  StoragePort,
  WriteOptions,
} from "./ports";

export interface InspectionEffects {
  clock: Clock;
  random: Random;
  exchange: ExchangeEffects;
  storage: StoragePort;
  /** Bytes that only the server has; null without network. Checked against their hash. */
  fetchEvidence: (sha256: string) => Promise<ArrayBuffer | null>;
  readEvidence: (
    vault: Vault,
    inspection: string,
    sha256: string,
  ) => Promise<{ bytes: ArrayBuffer; media_type: string } | null>;
  keepEvidence: (vault: Vault, inspection: string, sha256: string, bytes: ArrayBuffer) => Promise<void>;
  photoLimit: () => number;
  /** After each commit: the sync is told, and the list of tasks. */
  saved: (opened: LiveInspection) => void;
  closed: (opened: LiveInspection) => void;
}

/** A colleague's vault beside mine, with his journal of the same inspection. */
export interface Beside {
  vault: Vault;
  journal: Journal;
}

export interface Ingredients {
  record: TaskRecord;
  devices: KnownDevice[];
  organ: string;
  evaluator: Evaluator;
  writable: boolean;
}

export class LiveInspection implements OpenInspection {
  readonly id: string;
  readonly view;
  readonly saved = shallowRef<Saved>({ state: "saved", at: null, code: null });
  readonly looked = shallowRef<ReadonlySet<string>>(new Set());
  private pending = 0;
  private skew = 0;
  private erased: Readonly<Record<string, Tombstone>> = {};
  private beside: Beside | null = null;

  constructor(
    private readonly journal: Journal,
    private ingredients: Ingredients,
    private readonly effects: InspectionEffects,
  ) {
    this.id = journal.inspection;
    this.view = shallowRef<InspectionView>(this.built());
  }

  get vault(): Vault {
    return this.journal.vault;
  }

  async append(statement: Statement, options?: WriteOptions): Promise<Entry> {
    const [entry] = await this.appendAll([statement], options);
    return entry!;
  }

  appendAll(statements: Statement[], options?: WriteOptions): Promise<Entry[]> {
    return this.writing(options, (journal) => journal.append(statements));
  }

  putEvidence(path: string, bytes: ArrayBuffer, meta: EvidenceMeta, options?: WriteOptions): Promise<Entry> {
    return this.writing(options, async (journal) => {
      const limit = this.effects.photoLimit();
      if (bytes.byteLength > limit)
        throw new Refusal("file_too_large", { limit: Math.floor(limit / 1_000_000) });
      if (meta.purpose === "photo" || meta.purpose === "file")
        await this.effects.storage.mayCapture(bytes.byteLength);
      return journal.putEvidence(path, bytes, meta);
    });
  }

  readonly entry = (id: string): Entry | undefined => this.journal.entry(id);

  async look(id: string): Promise<void> {
    this.looked.value = new Set(this.looked.value).add(id);
    const all = (await this.vault.meta("looked")) ?? {};
    const looked = { ...all, [this.id]: [...this.looked.value] };
    await this.vault.setMeta("looked", looked).catch(fullIsNone);
  }

  async evidence(sha256: string): Promise<{ bytes: ArrayBuffer; media_type: string } | null> {
    const { readEvidence, fetchEvidence, keepEvidence } = this.effects;
    const here = await readEvidence(this.vault, this.id, sha256);
    if (here !== null) return here;
    const lent = this.beside === null ? null : await readEvidence(this.beside.vault, this.id, sha256);
    if (lent !== null) return lent;
    const bytes = await fetchEvidence(sha256);
    if (bytes === null) return null;
    await keepEvidence(this.vault, this.id, sha256, bytes).catch(fullIsNone);
    return (
      (await readEvidence(this.vault, this.id, sha256)) ?? { bytes, media_type: "application/octet-stream" }
    );
  }

  saveDraft(path: string, text: string | null): Promise<void> {
    return this.vault.putDraft(this.id, path, text);
  }

  drafts(): Promise<Record<string, string>> {
    return this.vault.drafts(this.id);
  }

  record(at: string | null): ReturnType<OpenInspection["record"]> {
    const ending = at ?? isoTime(this.effects.clock.now() + this.skew);
    return this.ingredients.evaluator.record(this.journal.state(), this.visit(), ending);
  }

  rowId(item: string, key: string | null): string {
    return key === null ? uuidOf(this.effects.random.bytes(16)) : rowId(this.id, item, key);
  }

  close(): void {
    this.effects.closed(this);
  }

  /** Takes a colleague's vault beside this one, or lets it go. */
  async stand(beside: Beside | null): Promise<void> {
    this.beside = beside;
    await this.refresh();
  }

  /** Looks at what was added elsewhere: another tab, a pull, the colleague. */
  async refresh(ingredients?: Ingredients): Promise<void> {
    if (ingredients !== undefined) this.ingredients = ingredients;
    if (this.vault.locked) return;
    await this.journal.refresh();
    this.erased = (await this.vault.meta("erased"))?.[this.id] ?? {};
    await this.recount();
    this.show();
  }

  /** Counts anew what of this inspection is still on its way. True when it is something else now. */
  async recount(): Promise<boolean> {
    this.skew = await this.vault.skew();
    return this.journal.recount();
  }

  show(): void {
    this.view.value = this.built();
  }

  private async writing<T>(
    options: WriteOptions | undefined,
    write: (journal: Journal) => Promise<T>,
  ): Promise<T> {
    if (!this.ingredients.writable) throw new Refusal("not_writable");
    this.pending += 1;
    this.saved.value = { state: "saving", at: this.saved.value.at, code: null };
    try {
      const written = await this.as(options?.as, write);
      this.pending -= 1;
      this.show();
      if (this.pending === 0)
        this.saved.value = { state: "saved", at: isoTime(this.effects.clock.now()), code: null };
      this.effects.saved(this);
      return written;
    } catch (thrown) {
      this.pending -= 1;
      this.saved.value = { state: "failed", at: this.saved.value.at, code: codeOf(thrown) };
      throw thrown;
    }
  }

  /** Writes in my journal, or in the colleague's, who first gets what I have and then gives what he said. */
  private async as<T>(person: string | undefined, write: (journal: Journal) => Promise<T>): Promise<T> {
    if (person === undefined || person === this.vault.person.id) return write(this.journal);
    const { beside, effects } = this;
    if (beside?.vault.person.id !== person) throw new Refusal("vault_locked");
    await give(effects.exchange, this.vault, beside.vault, this.id);
    await beside.journal.refresh();
    const written = await write(beside.journal);
    await give(effects.exchange, beside.vault, this.vault, this.id);
    await this.journal.refresh();
    await this.journal.recount();
    return written;
  }

  private visit(): Visit {
    const { record, organ } = this.ingredients;
    return { task: record.task, organ, now: this.effects.clock.now() + this.skew };
  }

  private built(): InspectionView {
    const { record, devices, evaluator, organ, writable } = this.ingredients;
    const entries = this.journal
      .list()
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
    const state: State = this.journal.state();
    const known = [
      ...devices,
      this.vault.asDevice(),
      ...(this.beside === null ? [] : [this.beside.vault.asDevice()]),
    ];
    const people = { ...namesOf(record.task, known), [SERVER]: organ };
    return {
      id: this.id,
      task: record.task,
      definition: evaluator.definition,
      entries,
      state,
      evaluation: evaluator.evaluate(state, this.visit()),
      conflicts: conflictsOf(state, people, this.vault.person.id),
      people,
      erased: this.erased,
      writers: this.writers(),
      waiting: this.journal.waiting,
      cover: cover(entries),
      partners: partnersOf(record.task, known, entries, this.vault.person.id),
      writable,
    };
  }

  private writers(): InspectionView["writers"] {
    const mine = {
      person: this.vault.person.id,
      name: this.vault.person.name,
      device: this.vault.device,
      primary: true,
    };
    if (this.beside === null) return [mine];
    const { person, device } = this.beside.vault;
    return [mine, { person: person.id, name: person.name, device, primary: false }];
  }
}
