/** The tasks on this phone and the inspections opened from them. */
import { shallowRef } from "vue";
import { photoPath } from "../api/server";
import type { Http } from "../api/http";
import { sha256Hex } from "../core/sha256";
import type { Text } from "../core/checklist/types";
import { fullIsNone } from "../vault/durable";
import { isoTime } from "../vault/encoding";
import { evidenceRecord, keepBlob, readBlob } from "../vault/blobs";
import { exchange } from "../vault/exchange";
import { Journal } from "../vault/journal";
import { isRefused, Refusal } from "../vault/refusal";
import type { SyncRunner } from "../sync/runner";
import { isUnsent } from "../vault/schema";
import type { Summary, TaskRecord, Vault } from "../vault/vault";
import type { Evaluator } from "./evaluation";
import { LiveInspection, type Ingredients, type InspectionEffects } from "./inspection";
import type { Effects, OpenInspection, SessionState, StoragePort, TaskCard, View, WorkPort } from "./ports";

export interface WorkEffects {
  effects: Effects;
  http: Http;
  storage: StoragePort;
  session: View<SessionState>;
}

export class Work implements WorkPort {
  readonly tasks = shallowRef<TaskCard[]>([]);
  private vault: Vault | null = null;
  private colleague: Vault | null = null;
  private runner: SyncRunner | null = null;
  private readonly open = new Map<string, LiveInspection>();
  private compiled: { key: string; evaluator: Evaluator } | null = null;
  private unlisten: () => void = () => undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly own: WorkEffects) {}

  async begin(vault: Vault, runner: SyncRunner): Promise<void> {
    this.vault = vault;
    this.runner = runner;
    this.unlisten = this.own.effects.channel.listen((note) => {
      if (note.vault !== vault.id) return;
      if (note.about === "inspection") void this.heard(new Set([note.inspection]));
      if (note.about === "tasks" || note.about === "sync") void this.heard(new Set());
    });
    await this.refresh();
  }

  end(): void {
    this.unlisten();
    this.open.clear();
    this.compiled = null;
    this.vault = null;
    this.runner = null;
    this.colleague = null;
    this.tasks.value = [];
  }

  /** A colleague's vault was unlocked beside mine: both give each other what they hold. */
  async stand(colleague: Vault | null): Promise<void> {
    const { vault } = this;
    if (vault === null) return;
    const leaving = this.colleague;
    const { subtle, locks } = this.own.effects;
    this.colleague = colleague;
    try {
      if (leaving !== null && !leaving.locked) await exchange({ subtle, locks }, vault, leaving);
      if (colleague !== null) await exchange({ subtle, locks }, vault, colleague);
    } finally {
      for (const inspection of this.open.values()) await inspection.stand(this.besideOf(inspection.id));
      this.runner?.saved();
    }
    await this.refresh();
  }

  async openInspection(id: string): Promise<OpenInspection> {
    const vault = this.vault;
    if (vault === null) throw new Refusal("vault_locked");
    const known = this.open.get(id);
    if (known !== undefined) {
      await known.refresh(await this.ingredients(vault, id));
      return known;
    }
    const ingredients = await this.ingredients(vault, id);
    const journal = new Journal(vault, id, this.own.effects);
    await journal.refresh();
    const opened = new LiveInspection(journal, ingredients, this.inspectionEffects());
    await opened.stand(this.besideOf(id));
    opened.looked.value = new Set((await vault.meta("looked"))?.[id]);
    this.open.set(id, opened);
    this.runner?.attend(true);
    const begun = { ...(await vault.meta("opened")), [id]: this.own.effects.clock.now() };
    await vault.setMeta("opened", begun).catch(fullIsNone);
    await this.refresh();
    return opened;
  }

  async prepare(): Promise<{ prepared: number; total: number }> {
    await this.runner?.now();
    await this.refresh();
    const wanted = this.tasks.value.filter((card) => !card.removed);
    return { prepared: wanted.filter((card) => card.prepared).length, total: wanted.length };
  }

  async titles(id: string): Promise<Record<string, Text>> {
    const { vault } = this;
    const record = await vault?.task(id);
    const checklists = await Promise.all(
      (record?.task.checklists ?? []).map((hash) => vault!.checklist(hash)),
    );
    const items = checklists.flatMap((one) => one?.sections ?? []).flatMap((section) => section.items);
    return Object.fromEntries(items.map(({ code, title }) => [code, title]));
  }

  /** Something changed elsewhere: in a pull, in another tab. */
  async heard(inspections: ReadonlySet<string>): Promise<void> {
    const { vault } = this;
    if (vault === null || vault.locked) return;
    try {
      for (const opened of this.open.values()) {
        if (inspections.has(opened.id)) await opened.refresh(await this.ingredients(vault, opened.id));
        else if (await opened.recount()) opened.show();
      }
      await this.refresh();
    } catch (thrown) {
      // The vault was locked, the task forgotten, the storage lost while we looked: whoever acts next is told.
      if (!isRefused(thrown)) throw thrown;
    }
  }

  refresh(): Promise<void> {
    return this.inTurn((vault) => this.read(vault));
  }

  /** One after another, so that cards that were read before a change do not take the place of those after it. */
  private inTurn(work: (vault: Vault) => Promise<void>): Promise<void> {
    const done = this.turn.then(async () => {
      const { vault } = this;
      if (vault !== null && !vault.locked) await work(vault);
    });
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async read(vault: Vault): Promise<void> {
    const [records, hashes, summaries, opened, outbox] = await Promise.all([
      vault.tasks(),
      vault.checklistHashes(),
      vault.summaries(),
      vault.meta("opened"),
      vault.run(() => vault.db.outbox.toArray()),
    ]);
    const waiting = new Map<string, number>();
    for (const row of outbox.filter(isUnsent))
      waiting.set(row.inspection, (waiting.get(row.inspection) ?? 0) + 1);
    this.tasks.value = records
      .map((record) => cardOf(record, hashes, summaries, opened ?? {}, waiting))
      .filter((card) => !card.removed || card.waiting > 0 || card.phase !== "not_started")
      .sort((a, b) => (a.task.window.to < b.task.window.to ? -1 : 1));
  }

  private async ingredients(vault: Vault, id: string): Promise<Ingredients> {
    const record = await vault.task(id);
    if (record === null) throw new Refusal("unknown_task");
    const evaluator = await this.evaluatorOf(vault, record.task.checklists);
    const begun = (await vault.run(() => vault.db.entries.where("inspection").equals(id).count())) > 0;
    const { offlineExpired, bureauName } = this.own.session.value;
    if (offlineExpired && !begun && this.own.session.value.server !== "open")
      throw new Refusal("offline_grant_over");
    const bureau = await vault.meta("bureau");
    return {
      record,
      devices: await vault.devices(),
      organ: bureau?.name ?? bureauName ?? "",
      evaluator,
      writable: !record.removed || begun,
    };
  }

  /** The checklist of the last inspection asked for stays compiled: it is looked at anew after every exchange. */
  private async evaluatorOf(vault: Vault, hashes: readonly string[]): Promise<Evaluator> {
    const key = hashes.join();
    if (this.compiled?.key === key) return this.compiled.evaluator;
    const definitions = await Promise.all(hashes.map((hash) => vault.checklist(hash)));
    const whole = definitions.filter((definition) => definition !== null);
    if (whole.length === 0 || whole.length < definitions.length) throw new Refusal("not_prepared");
    const { Evaluator } = await import("./evaluation");
    this.compiled = { key, evaluator: new Evaluator(whole) };
    return this.compiled.evaluator;
  }

  private besideOf(id: string): { vault: Vault; journal: Journal } | null {
    const vault = this.colleague;
    return vault === null ? null : { vault, journal: new Journal(vault, id, this.own.effects) };
  }

  private inspectionEffects(): InspectionEffects {
    const { effects, storage, session } = this.own;
    return {
      clock: effects.clock,
      random: effects.random,
      exchange: effects,
      storage,
      readEvidence: readEvidence,
      keepEvidence: keepBlob,
      fetchEvidence: (sha256) => this.fetched(sha256),
      photoLimit: () => session.value.limits.photo_bytes,
      saved: (opened) => {
        this.runner?.saved();
        void this.summarised(opened);
      },
      closed: (opened) => {
        if (this.open.get(opened.id) === opened) this.open.delete(opened.id);
        if (this.open.size === 0) this.runner?.attend(false);
      },
    };
  }

  /** The card of an open inspection follows it; what it says is written when it says something else. */
  private summarised({ id, view }: LiveInspection): Promise<void> {
    return this.inTurn(async (vault) => {
      const card = this.tasks.value.find(({ task }) => task.id === id);
      if (card === undefined) return;
      const { state, evaluation, conflicts, waiting } = view.value;
      const { done, total } = evaluation.progress;
      const summary: Summary = { phase: state.phase, done, total, conflicts: conflicts.length };
      const next = { ...card, ...shownOf(summary), waiting: waiting.entries + waiting.photos };
      if (!isSaid(summary, card)) await vault.putSummary(id, summary);
      this.tasks.value = this.tasks.value.map((one) => (one === card ? next : one));
    }).catch((thrown: unknown) => {
      if (!isRefused(thrown)) throw thrown;
    });
  }

  /** A partner's photo from the server, believed only when its hash is right. */
  private async fetched(sha256: string): Promise<ArrayBuffer | null> {
    try {
      const { body } = await this.own.http.send({ method: "GET", path: photoPath(sha256), limit: 120_000 });
      return sha256Hex(new Uint8Array(body)) === sha256 ? body : null;
    } catch (thrown) {
      if (thrown instanceof Refusal) return null;
      throw thrown;
    }
  }
}

async function readEvidence(
  vault: Vault,
  inspection: string,
  sha256: string,
): Promise<{ bytes: ArrayBuffer; media_type: string } | null> {
  const record = await evidenceRecord(vault, inspection, sha256);
  const bytes = record === null ? null : await readBlob(vault, sha256);
  return record === null || bytes === null ? null : { bytes, media_type: record.value.media_type };
}

function cardOf(
  { task, removed }: TaskRecord,
  hashes: Set<string>,
  summaries: Awaited<ReturnType<Vault["summaries"]>>,
  opened: Record<string, number>,
  waiting: Map<string, number>,
): TaskCard {
  const last = opened[task.id];
  return {
    task,
    removed,
    prepared: task.checklists.length > 0 && task.checklists.every((hash) => hashes.has(hash)),
    ...shownOf(summaries.get(task.id)),
    waiting: waiting.get(task.id) ?? 0,
    lastOpened: last === undefined ? null : isoTime(last),
  };
}

function shownOf(summary: Summary | undefined): Pick<TaskCard, "phase" | "progress" | "conflicts"> {
  if (summary === undefined) return { phase: "not_started", progress: null, conflicts: 0 };
  const { phase, done, total, conflicts } = summary;
  // Nothing is counted before the first opening on this phone: what a pull brought after a loss has no total yet.
  const progress = total === 0 ? null : { done, total };
  return { phase: phase as TaskCard["phase"], progress, conflicts };
}

function isSaid({ phase, done, total, conflicts }: Summary, card: TaskCard): boolean {
  const { progress } = card;
  return (
    card.phase === phase &&
    progress?.done === done &&
    progress.total === total &&
    card.conflicts === conflicts
  );
}
