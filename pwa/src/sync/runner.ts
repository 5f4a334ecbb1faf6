/**
 * Syncs one vault: on opening, when the network comes back, when the app is looked at again, after each save, by
 * timer and by button. One tab at a time. Nothing here knows a window: it runs under Node as it runs on the phone.
 */
import { shallowRef } from "vue";
import { ApiError, Unreachable, type Http } from "../api/http";
import type { SyncApi } from "../api/server";
import type { Channel, Clock, Locks, Random, SyncPort, SyncStatus, Unlisten, Wakes } from "../app/ports";
import { isoTime } from "../vault/encoding";
import { codeOf } from "../vault/refusal";
import type { Vault } from "../vault/vault";
import { waitFor } from "./backoff";
import { offerAgain, type Reason } from "./outbox";
import { Round, type RoundEvents } from "./round";
import { QUIET } from "./quiet";
import { Lines } from "./status";
import { Pace } from "./upload";

/** Whether the server will listen: open for this vault's person, over, somebody else's, or not reached. */
export type Door = "open" | "expired" | "other_person" | "unreachable";

export interface RunnerEffects {
  api: SyncApi;
  http: Http;
  clock: Clock;
  random: Random;
  locks: Locks;
  subtle: SubtleCrypto;
  channel: Channel;
  wakes: Wakes;
  chunkBytes: number;
  /** Asks (or remembers) whether the session is open for this person. */
  door: () => Promise<Door>;
  /** True where the browser may clear what is not uploaded: then it is taken up sooner. */
  fragile: () => boolean;
  /** Tells the open screens what a round has changed. */
  changed: RoundEvents["changed"];
}

/** After a save the next ones are waited for, so that quick taps travel together. */
const AFTER_SAVE_MS = 1_500;
const QUIET_EVERY_MS = 3 * 60_000;
/** While another tab syncs, what waits here is looked after soon. */
const ELSEWHERE_MS = 5_000;
/** While an inspection is open and looked at, the colleague's answers come in at this pace, and up to so much later. */
const BESIDE_MS = 10_000;
const BESIDE_JITTER_MS = 4_000;
const HIDDEN_EVERY_MS = 15 * 60_000;
/** Three times as often where storage was not promised. */
const FRAGILE_SHARE = 3;
/** What the server says when somebody has signed in in another tab. */
const OTHER_SESSION = new Set(["csrf_failed", "other_person"]);

export class SyncRunner implements SyncPort {
  readonly status = shallowRef<SyncStatus>(QUIET);
  private readonly lines: Lines;
  private readonly pace: Pace;
  private timer: Unlisten = () => undefined;
  private unlisten: Unlisten[] = [];
  private current: Promise<void> | null = null;
  private again: { hurry: boolean } | null = null;
  private failures = 0;
  private hidden = false;
  private attended = false;
  /** When the last whole round ended; UTC ms. */
  private whole = -Infinity;
  private stopped = false;
  private sending: { key: string; sent: number } | null = null;
  private drawing: Promise<void> | null = null;
  private drawAgain = false;

  constructor(
    private readonly vault: Vault,
    private readonly effects: RunnerEffects,
  ) {
    this.lines = new Lines(vault);
    this.pace = new Pace(effects.chunkBytes);
  }

  /** Begins: a first round at once, then by events and timer. */
  start(): void {
    const { wakes, channel } = this.effects;
    this.unlisten = [
      wakes.listen((why) => this.woken(why)),
      channel.listen((note) => {
        if (note.vault !== this.vault.id || note.about === "lock") return;
        if (note.about === "tasks") this.lines.forgetNames();
        void this.redraw();
      }),
    ];
    if (wakes.online()) this.show({ network: "connecting" });
    void this.redraw();
    this.wake(0);
  }

  /** Ends at once: what is under way is cut off, as by a tunnel. Resolves when the round is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer();
    this.effects.http.abandon();
    for (const off of this.unlisten) off();
    await this.current;
  }

  /** A statement was saved: soon, together with what follows. */
  saved(): void {
    void this.redraw();
    if (this.current !== null) this.again ??= { hurry: false };
    else if (this.failures === 0) this.wake(AFTER_SAVE_MS);
  }

  /** An inspection is open now, or none any more: while one is, what the colleague says is looked for more often. */
  attend(open: boolean): void {
    if (this.attended === open) return;
    this.attended = open;
    if (open && this.current === null && this.failures === 0) this.wake(0);
  }

  async now(): Promise<SyncStatus> {
    this.failures = 0;
    await this.round(true);
    return this.status.value;
  }

  async retry(id: string): Promise<void> {
    await offerAgain(this.vault, id);
    await this.redraw();
    this.wake(0);
  }

  /** The session was opened again: what waited for it goes on. */
  doorOpened(): void {
    this.failures = 0;
    this.show({ needsLogin: false, reason: null });
    this.wake(0);
  }

  private woken(why: "online" | "offline" | "visible" | "hidden"): void {
    this.hidden = why === "hidden" ? true : why === "visible" ? false : this.hidden;
    if (why === "offline") this.show({ network: "offline" });
    if (why === "online" || why === "visible") {
      this.failures = 0;
      this.wake(0);
    }
  }

  private wake(ms: number): void {
    this.timer();
    if (this.stopped) return;
    this.timer = this.effects.clock.after(ms, () => void this.round(false));
  }

  /** At most one round at a time in this tab; a second wish is granted when the first is done. */
  private async round(hurry: boolean): Promise<void> {
    if (this.current !== null) {
      this.again = { hurry: hurry || (this.again?.hurry ?? false) };
      return this.current;
    }
    this.current = this.rounds(hurry);
    try {
      await this.current;
    } finally {
      this.current = null;
    }
  }

  private async rounds(hurry: boolean): Promise<void> {
    for (let next: { hurry: boolean } | null = { hurry }; next !== null && !this.stopped; next = this.again) {
      this.again = null;
      await this.alone(next.hurry);
      if (this.failures > 0) this.again = null;
    }
    if (!this.stopped) this.plan();
  }

  private async alone(hurry: boolean): Promise<void> {
    try {
      const name = `suicha:sync:${this.vault.id}`;
      if ((await this.effects.locks.attempt(name, () => this.attempt(hurry))) !== null) return;
      this.show({ elsewhere: true, running: false });
      await this.redraw();
    } catch (thrown) {
      // Where the lock itself fails (a browser's, or the lease on a lost disk), that is one more reason to try later.
      await this.failed(thrown);
    }
  }

  private async attempt(hurry: boolean): Promise<void> {
    if (!this.effects.wakes.online() && !hurry) {
      this.failures = 0;
      this.show({ network: "offline", running: false, reason: null });
      return;
    }
    const glance = this.isGlance(hurry);
    this.show({ running: !glance, elsewhere: false });
    try {
      const door = await this.effects.door();
      if (door === "unreachable") throw new Unreachable();
      if (door !== "open") return await this.shut(door);
      await new Round(this.vault, this.effects, this.events(), this.pace).run({ hurry, glance });
      if (!glance) this.whole = this.effects.clock.now();
      this.failures = 0;
      this.show({ network: "online", reason: null, needsLogin: false });
    } catch (thrown) {
      await this.failed(thrown);
    } finally {
      this.sending = null;
      this.show({ running: false, percent: null });
      await this.redraw();
    }
  }

  /** Between two whole rounds with nothing to send: only what the others said is asked for. */
  private isGlance(hurry: boolean): boolean {
    const { entries, photos } = this.status.value.waiting;
    const soon = Math.abs(this.effects.clock.now() - this.whole) < QUIET_EVERY_MS;
    return !hurry && soon && this.isBeside() && entries + photos === 0;
  }

  private isBeside(): boolean {
    return this.attended && !this.hidden && !this.status.value.needsLogin && !this.effects.wakes.sparing();
  }

  private async shut(door: "expired" | "other_person"): Promise<void> {
    const code = door === "expired" ? "login_needed" : "other_person";
    this.show({ network: "online", needsLogin: true, reason: { code, sentence: null } });
  }

  private async failed(thrown: unknown): Promise<void> {
    if (this.stopped || this.vault.locked) return;
    if (thrown instanceof ApiError && thrown.status === 401) return this.shut("expired");
    if (thrown instanceof ApiError && OTHER_SESSION.has(thrown.code)) {
      const door = await this.effects.door();
      if (door === "expired" || door === "other_person") return this.shut(door);
    }
    this.failures += 1;
    const retryAfter = thrown instanceof ApiError ? thrown.retryAfter : null;
    const wait = waitFor(this.failures, this.effects.random, retryAfter);
    this.show({
      network: this.networkNow(thrown),
      reason: reasonOf(thrown),
      nextTry: isoTime(this.effects.clock.now() + wait),
    });
    this.wake(wait);
  }

  private networkNow(thrown: unknown): SyncStatus["network"] {
    if (!(thrown instanceof Unreachable)) return "online";
    return this.effects.wakes.online() ? "unreachable" : "offline";
  }

  private plan(): void {
    if (this.failures > 0) return;
    const waits = this.status.value.items
      .filter((item) => item.nextTry !== null)
      .map((item) => Date.parse(item.nextTry!));
    const { elsewhere, waiting } = this.status.value;
    const lookAgain = elsewhere && waiting.entries + waiting.photos > 0;
    const calm =
      (this.hidden ? HIDDEN_EVERY_MS : QUIET_EVERY_MS) / (this.effects.fragile() ? FRAGILE_SHARE : 1);
    const beside = this.isBeside() ? BESIDE_MS + this.effects.random.fraction() * BESIDE_JITTER_MS : Infinity;
    const quiet = lookAgain ? ELSEWHERE_MS : Math.min(calm, beside);
    const now = this.effects.clock.now();
    const wait = Math.min(quiet, ...waits.map((at) => Math.max(1_000, at - now)));
    this.show({ nextTry: isoTime(now + wait) });
    this.wake(wait);
  }

  private events(): RoundEvents {
    return {
      changed: (what) => {
        const { channel, changed } = this.effects;
        const vault = this.vault.id;
        for (const inspection of what.inspections) channel.post({ about: "inspection", vault, inspection });
        channel.post({ about: what.tasks ? "tasks" : "sync", vault });
        changed(what);
        if (what.tasks) this.lines.forgetNames();
        void this.redraw();
      },
      sending: (item, done, total) => {
        this.sending = item;
        const sent = done + (item?.sent ?? 0);
        this.show({
          percent: item === null || total === 0 ? null : Math.min(99, Math.floor((sent * 100) / total)),
        });
        void this.redraw();
      },
      reached: () => this.show({ network: "online" }),
      goOn: () => !this.stopped && !this.vault.locked,
    };
  }

  private show(part: Partial<SyncStatus>): void {
    this.status.value = { ...this.status.value, ...part };
  }

  /** Reads the outbox anew; wishes while it is being read are one more reading. */
  private redraw(): Promise<void> {
    if (this.drawing !== null) {
      this.drawAgain = true;
      return this.drawing;
    }
    this.drawing = this.drawAll().finally(() => {
      this.drawing = null;
    });
    return this.drawing;
  }

  private async drawAll(): Promise<void> {
    do {
      this.drawAgain = false;
      await this.drawn();
    } while (this.drawAgain && !this.stopped);
  }

  private async drawn(): Promise<void> {
    try {
      const [lines, mark] = [await this.lines.read(this.sending), await this.vault.syncMark()];
      const lastSync = mark.last === null ? null : isoTime(mark.last);
      this.show({ ...lines, lastSync, skewMs: mark.contact === null ? null : mark.skew });
    } catch (thrown) {
      if (codeOf(thrown) !== "vault_locked") this.show({ reason: reasonOf(thrown) });
    }
  }
}

function reasonOf(thrown: unknown): Reason {
  const sentence = thrown instanceof ApiError && thrown.sentence !== "" ? thrown.sentence : null;
  return { code: codeOf(thrown), sentence };
}
