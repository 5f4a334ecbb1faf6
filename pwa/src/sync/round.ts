/**
 * One round of syncing: entries first, then what the others said, then photos oldest first (with new answers let
 * through in between), then receipts. No item keeps another back: what is about one item settles that item, what is
 * about the line or the session ends the round.
 */
import { ApiError, Unreachable, type Http } from "../api/http";
import type { SyncApi } from "../api/server";
import type { Clock, Locks, Random } from "../app/ports";
import { sweepOrphans } from "../vault/blobs";
import { fullIsNone } from "../vault/durable";
import { codeOf } from "../vault/refusal";
import type { OutboxRow } from "../vault/schema";
import type { Vault } from "../vault/vault";
import { waitFor } from "./backoff";
import { checkManifests } from "./manifest";
import { due, progress, settle, type Due } from "./outbox";
import { pullAll, type Pulled } from "./pull";
import { pushEntries } from "./push";
import { summarise } from "./summary";
import type { Pace } from "./upload";
import { uploadEvidence } from "./upload";

export interface RoundEffects {
  api: SyncApi;
  http: Http;
  clock: Clock;
  random: Random;
  locks: Locks;
  subtle: SubtleCrypto;
  /** Asked again when another server answers: it may not know this device yet. */
  door: () => Promise<unknown>;
}

/** What the runner shows and tells others while the round goes on. */
export interface RoundEvents {
  /** Another tab or the screen should look again. */
  changed: (what: { inspections: Set<string>; tasks: boolean }) => void;
  /** Bytes of the item under way; null when none is. */
  sending: (item: { key: string; sent: number } | null, done: number, total: number) => void;
  /** The server has answered, however slowly. */
  reached: () => void;
  /** False ends the round between two items: the vault was locked, the tab goes away. */
  goOn: () => boolean;
}

/** After this many answers of the kind 5xx in a row the server is left alone for a while. */
const SERVER_FAULTS = 2;
/** What the others said is asked for once more at the end of a round that took longer than this. */
const LONG_MS = 3_000;
/** HTTP: somebody, perhaps we ourselves a moment ago, writes there. */
const LOCKED = 423;
/** A partner's answers should not wait for thirty photos. */
const PULL_EVERY_MS = 45_000;

export class Round {
  private lastPull = -Infinity;

  constructor(
    private readonly vault: Vault,
    private readonly effects: RoundEffects,
    private readonly events: RoundEvents,
    private readonly pace: Pace,
  ) {}

  /**
   * Throws Unreachable, and ApiError for what concerns the round as a whole. A `glance` brings and sends like any
   * other, and leaves receipts and tidying to the next whole round.
   */
  async run({ hurry, glance }: { hurry: boolean; glance: boolean }): Promise<void> {
    const { clock, locks } = this.effects;
    const steps = [
      () => this.push(hurry),
      () => this.pull(),
      () => this.push(hurry),
      () => this.uploads(hurry),
      () => this.pullOnceMore(),
      ...(glance ? [] : [() => this.receipts(), () => sweepOrphans(this.vault, locks)]),
    ];
    let full: unknown = null;
    for (const step of steps) {
      if (!this.events.goOn()) return;
      // Where there is no room to take anything in, the rest still sends, and makes room; then it is told.
      await step().catch((thrown: unknown) => {
        if (codeOf(thrown) !== "quota_full") throw thrown;
        full = thrown;
      });
    }
    if (full !== null) throw full;
    await this.vault.setSyncMark({ ...(await this.vault.syncMark()), last: clock.now() });
  }

  private async push(hurry: boolean): Promise<void> {
    const when: Due = { now: this.effects.clock.now(), hurry };
    const pushed = await pushEntries(this.vault, { ...this.effects, heard: this.heard }, when);
    if (pushed > 0) this.events.changed({ inspections: new Set(), tasks: false });
  }

  private async pull(): Promise<void> {
    const pulled: Pulled = await pullAll(this.vault, { ...this.effects, heard: this.heard });
    this.lastPull = this.effects.clock.now();
    if (pulled.offeredAgain) await this.effects.door();
    for (const inspection of pulled.inspections) await summarise(this.vault, inspection);
    if (pulled.inspections.size > 0 || pulled.tasks) this.events.changed(pulled);
  }

  private async pullOnceMore(): Promise<void> {
    if (this.effects.clock.now() - this.lastPull > LONG_MS) await this.pull();
  }

  private async uploads(hurry: boolean): Promise<void> {
    const rows = await due(this.vault, "evidence", { now: this.effects.clock.now(), hurry });
    const total = rows.reduce((sum, row) => sum + row.bytes, 0);
    let done = 0;
    let faults = 0;
    for (const row of rows) {
      if (!this.events.goOn()) break;
      const outcome = await this.upload(row, done, total);
      done += row.bytes;
      faults = outcome === "fault" ? faults + 1 : 0;
      if (faults >= SERVER_FAULTS) break;
    }
    this.events.sending(null, done, total);
  }

  private async upload(row: OutboxRow, done: number, total: number): Promise<"sent" | "refused" | "fault"> {
    const { events, effects, pace, vault } = this;
    events.sending({ key: row.key, sent: row.sent }, done, total);
    try {
      await uploadEvidence(
        vault,
        {
          http: effects.http,
          clock: effects.clock,
          pace,
          sent: (bytes) => {
            events.reached();
            events.sending({ key: row.key, sent: bytes }, done, total);
          },
          between: () => this.letThrough(),
        },
        row,
      );
      events.changed({ inspections: new Set(), tasks: false });
      return "sent";
    } catch (thrown) {
      return this.failed(row, thrown);
    }
  }

  /** Between two chunks: new answers go first, and now and then the partner's come in. */
  private async letThrough(): Promise<void> {
    const { clock } = this.effects;
    if (!this.events.goOn()) throw new Unreachable();
    const queued = await due(this.vault, "entry", { now: clock.now(), hurry: false });
    if (queued.length > 0) await this.push(false);
    if (clock.now() - this.lastPull > PULL_EVERY_MS) await this.pull();
  }

  private async failed(row: OutboxRow, thrown: unknown): Promise<"refused" | "fault"> {
    if (!(thrown instanceof ApiError) || concernsAll(thrown)) throw thrown;
    const { clock, random } = this.effects;
    const reason = { code: thrown.code, sentence: thrown.sentence === "" ? null : thrown.sentence };
    if (isFinal(thrown)) {
      await settle(this.vault, row, "refused", reason);
      return "refused";
    }
    // A place that the server disputes is given up: the next attempt begins anew. One that it still holds for a
    // request of ours that was cut off is kept.
    if (thrown.status < 500 && thrown.status !== LOCKED) await progress(this.vault, row.key, null, 0);
    const wait = clock.now() + waitFor(row.attempts + 1, random, thrown.retryAfter);
    await settle(this.vault, row, "waiting", reason, wait);
    return thrown.status >= 500 ? "fault" : "refused";
  }

  private async receipts(): Promise<void> {
    const { forgotten, offeredAgain } = await checkManifests(this.vault, this.effects);
    if (forgotten.length + offeredAgain > 0)
      this.events.changed({ inspections: new Set(forgotten), tasks: true });
  }

  /** The server's clock, corrected by half the way there and back. */
  private readonly heard = async (serverTime: string, asked: number, answered: number): Promise<void> => {
    this.events.reached();
    const time = Date.parse(serverTime);
    if (Number.isNaN(time)) return;
    const mark = await this.vault.syncMark();
    const skew = Math.round(time - (asked + answered) / 2);
    await this.vault.setSyncMark({ ...mark, skew, contact: answered }).catch(fullIsNone);
  };
}

/** Trying again would change nothing: the bytes are gone, too many, of a kind nobody takes, or not ours to bring. */
function isFinal({ status, code }: ApiError): boolean {
  return code === "missing_here" || status === 403 || status === 413 || status === 415;
}

/** Session over, not our turn, server busy: no other item would fare better. */
function concernsAll({ status, code }: ApiError): boolean {
  return status === 401 || status === 429 || status === 503 || code === "csrf_failed";
}
