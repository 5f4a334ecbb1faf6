/** What comes in from the world; built once in app/effects.ts, made by hand in tests. */
import type { ShallowRef } from "vue";

/** Read-only view that is replaced, never mutated. `watch`/`computed`/templates follow it. */
export type View<T> = Readonly<ShallowRef<T>>;
export type Unlisten = () => void;

/** Time: `now` in UTC milliseconds; `after` runs once, the answer cancels. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): Unlisten;
}

export interface Random {
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** 0 ≤ x < 1, for jitter only. */
  fraction(): number;
}

/** Mutual exclusion over all tabs of this browser profile (Web Locks, or a lease in IndexedDB). */
export interface Locks {
  /** Waits its turn. */
  hold<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Runs only if free now; `null` when another tab holds it. */
  attempt<T>(name: string, run: () => Promise<T>): Promise<{ value: T } | null>;
}

/** Notes between tabs; never carries anything readable, only ids. */
export type TabNote =
  | { about: "inspection"; vault: string; inspection: string }
  | { about: "sync" | "tasks" | "lock"; vault: string };

export interface Channel {
  post(note: TabNote): void;
  listen(heard: (note: TabNote) => void): Unlisten;
}

/** SHA-256 of photo-sized bytes, in a worker where there is one. Lower-case hex. */
export interface Hasher {
  sha256(bytes: ArrayBuffer): Promise<string>;
}

/** argon2id of a password; 32 bytes. Units: memory in KiB. */
export interface PasswordStretcher {
  stretch(
    password: string,
    salt: Uint8Array,
    cost: { memory: number; passes: number; lanes: number },
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** ECDSA over bytes, raw r‖s; an effect of its own because real ECDSA is random and breaks a simulation's replay. */
export interface Signer {
  sign(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** What the browser says about storage; null where it does not say. */
export interface Disk {
  persisted(): Promise<boolean | null>;
  persist(): Promise<boolean | null>;
  estimate(): Promise<{ usage: number; quota: number } | null>;
}

/** Network as the system reports it (a hint only), and moments worth a sync: online, visible, timer. */
export interface Wakes {
  online(): boolean;
  /** True where the system says that data is to be saved, or the line is of the slowest kind. */
  sparing(): boolean;
  listen(heard: (why: "online" | "offline" | "visible" | "hidden") => void): Unlisten;
}

export interface Effects {
  clock: Clock;
  random: Random;
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  subtle: SubtleCrypto;
  indexedDB: IDBFactory;
  keyRange: typeof IDBKeyRange;
  locks: Locks;
  channel: Channel;
  hasher: Hasher;
  stretcher: PasswordStretcher;
  signer: Signer;
  disk: Disk;
  wakes: Wakes;
}
