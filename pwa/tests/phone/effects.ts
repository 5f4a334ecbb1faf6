/**
 * The outside world of a phone, made by hand: a clock that moves when told, random numbers from a seed, locks and
 * notes shared by the "tabs" of one "profile", an IndexedDB of its own.
 */
import { createHash, webcrypto } from "node:crypto";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import type {
  Channel,
  Clock,
  Disk,
  Effects,
  Locks,
  Random,
  Signer,
  TabNote,
  Wakes,
} from "../../src/app/ports";
import { sha256 } from "../../src/core/sha256";
import { joined, utf8 } from "../../src/vault/encoding";
import { SIGNATURE } from "../../src/vault/keys";

export const NOON = Date.UTC(2026, 10, 22, 4, 0, 0);

export const subtle = webcrypto.subtle as unknown as SubtleCrypto;

export class FakeClock implements Clock {
  private time = NOON;
  private timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  set(time: number): void {
    this.time = time;
  }

  /** Moves on and runs what falls due, in order. */
  pass(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.time = Math.max(this.time, due.at);
      due.run();
    }
    this.time = until;
  }

  get pending(): number {
    return this.timers.length;
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 in counter mode: every seed gives the same bytes again. */
export class SeededRandom implements Random {
  private counter = 0;

  constructor(private readonly seed: string) {}

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      this.counter += 1;
      out.set(sha256(utf8(`${this.seed}:${this.counter}`)).subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  }

  fraction(): number {
    const [a, b, c] = this.bytes(3);
    return (a! * 65536 + b! * 256 + c!) / 2 ** 24;
  }
}

/** Locks of one profile: first come, first served. */
export class ProfileLocks implements Locks {
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly wanted = new Map<string, number>();

  hold<T>(name: string, run: () => Promise<T>): Promise<T> {
    this.wanted.set(name, (this.wanted.get(name) ?? 0) + 1);
    const before = this.queues.get(name) ?? Promise.resolve();
    const mine = before.then(run).finally(() => this.wanted.set(name, this.wanted.get(name)! - 1));
    this.queues.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }

  async attempt<T>(name: string, run: () => Promise<T>): Promise<{ value: T } | null> {
    if ((this.wanted.get(name) ?? 0) > 0) return null;
    return { value: await this.hold(name, run) };
  }
}

/** No lock at all: what is left when a browser loses one. The chain must not fork even then. */
export const noLocks: Locks = {
  hold: (_name, run) => run(),
  attempt: async (_name, run) => ({ value: await run() }),
};

export class ProfileChannel {
  private readonly ears = new Set<(note: TabNote) => void>();

  /** Each tab hears the others, not itself. */
  tab(): Channel {
    const own = new Set<(note: TabNote) => void>();
    return {
      post: (note) => {
        for (const ear of [...this.ears]) if (!own.has(ear)) ear(note);
      },
      listen: (heard) => {
        own.add(heard);
        this.ears.add(heard);
        return () => {
          own.delete(heard);
          this.ears.delete(heard);
        };
      },
    };
  }
}

export class FakeWakes implements Wakes {
  private up = true;
  thrifty = false;
  private readonly ears = new Set<(why: "online" | "offline" | "visible" | "hidden") => void>();

  online(): boolean {
    return this.up;
  }

  sparing(): boolean {
    return this.thrifty;
  }

  listen(heard: (why: "online" | "offline" | "visible" | "hidden") => void): () => void {
    this.ears.add(heard);
    return () => this.ears.delete(heard);
  }

  go(why: "online" | "offline" | "visible" | "hidden"): void {
    if (why === "online") this.up = true;
    if (why === "offline") this.up = false;
    for (const ear of [...this.ears]) ear(why);
  }
}

export class FakeDisk implements Disk {
  kept: boolean | null = false;
  room: { usage: number; quota: number } | null = { usage: 1_000_000, quota: 1_000_000_000 };

  async persisted(): Promise<boolean | null> {
    return this.kept;
  }

  async persist(): Promise<boolean | null> {
    this.kept = true;
    return true;
  }

  async estimate(): Promise<{ usage: number; quota: number } | null> {
    return this.room;
  }
}

export const plainSigner: Signer = {
  async sign(key, bytes) {
    return new Uint8Array(await subtle.sign(SIGNATURE, key, bytes));
  },
};

/** One browser profile: what survives a kill of the browser. */
export class Profile {
  readonly clock = new FakeClock();
  readonly locks = new ProfileLocks();
  readonly channel = new ProfileChannel();
  readonly wakes = new FakeWakes();
  readonly disk = new FakeDisk();
  readonly random: SeededRandom;
  indexedDB = new IDBFactory();
  fetch: Effects["fetch"] = () => Promise.reject(new TypeError("no network"));

  constructor(seed = "phone") {
    this.random = new SeededRandom(seed);
  }

  /** The effects of a fresh tab in this profile. */
  tab(changed: Partial<Effects> = {}): Effects {
    return {
      clock: this.clock,
      random: this.random,
      fetch: (url, init) => this.fetch(url, init),
      subtle,
      indexedDB: this.indexedDB,
      keyRange: IDBKeyRange,
      locks: this.locks,
      channel: this.channel.tab(),
      hasher: { sha256: async (bytes) => hashOf(new Uint8Array(bytes)) },
      stretcher: { stretch: async (password, salt) => sha256(joined(salt, utf8(password))) },
      signer: plainSigner,
      disk: this.disk,
      wakes: this.wakes,
      ...changed,
    };
  }
}
