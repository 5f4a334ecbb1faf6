/** The real outside world, built once. Everything newer than Chromium 87 is looked for before it is used. */
import { leaseLocks } from "../vault/leases";
import { SIGNATURE } from "../vault/keys";
import { ShelfDb } from "../vault/schema";
import { toHex } from "../core/sha256";
import { browserStretcher } from "./stretcher";
import type { Channel, Clock, Disk, Effects, Hasher, Locks, Random, Signer, TabNote, Wakes } from "./ports";

const CHANNEL = "suicha";

export function browserEffects(): Effects {
  const { indexedDB, IDBKeyRange: keyRange } = window;
  const random = browserRandom();
  const shelf = new ShelfDb({ indexedDB, keyRange });
  return {
    clock: browserClock,
    random,
    fetch: (url, init) => window.fetch(url, init),
    subtle: crypto.subtle,
    indexedDB,
    keyRange,
    locks: webLocks() ?? leaseLocks(shelf, browserClock, random),
    channel: tabChannel(),
    hasher: subtleHasher,
    stretcher: browserStretcher,
    signer: subtleSigner,
    disk: browserDisk,
    wakes: browserWakes,
  };
}

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

function browserRandom(): Random {
  return {
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    fraction: () => Math.random(),
  };
}

/** Native SHA-256: WebCrypto hashes off the main thread, so a photo never holds up a tap. */
const subtleHasher: Hasher = {
  sha256: async (bytes) => toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))),
};

const subtleSigner: Signer = {
  sign: async (key, bytes) => new Uint8Array(await crypto.subtle.sign(SIGNATURE, key, bytes)),
};

function webLocks(): Locks | null {
  const manager = navigator.locks as LockManager | undefined;
  if (manager === undefined) return null;
  return {
    hold: async (name, run) => (await manager.request(name, async () => ({ value: await run() }))).value,
    attempt: async (name, run) =>
      await manager.request(name, { ifAvailable: true }, async (lock) =>
        lock === null ? null : { value: await run() },
      ),
  };
}

function tabChannel(): Channel {
  if (typeof BroadcastChannel === "undefined") {
    // Safari before 15.4: other tabs look again when they become visible.
    return { post: () => undefined, listen: () => () => undefined };
  }
  const channel = new BroadcastChannel(CHANNEL);
  return {
    post: (note) => channel.postMessage(note),
    listen(heard) {
      const ear = (event: MessageEvent<TabNote>): void => heard(event.data);
      channel.addEventListener("message", ear);
      return () => channel.removeEventListener("message", ear);
    },
  };
}

const browserDisk: Disk = {
  persisted: async () => (await storageManager()?.persisted?.()) ?? null,
  persist: async () => (await storageManager()?.persist?.()) ?? null,
  async estimate() {
    const room = await storageManager()?.estimate?.();
    if (room?.quota === undefined || room.usage === undefined) return null;
    return { usage: room.usage, quota: room.quota };
  },
};

function storageManager(): Partial<StorageManager> | undefined {
  return navigator.storage as StorageManager | undefined;
}

const browserWakes: Wakes = {
  online: () => navigator.onLine,
  sparing() {
    const line = (navigator as { connection?: { saveData?: boolean; effectiveType?: string } }).connection;
    return line?.saveData === true || (line?.effectiveType ?? "").endsWith("2g");
  },
  listen(heard) {
    const online = (): void => heard("online");
    const offline = (): void => heard("offline");
    const seen = (): void => heard(document.visibilityState === "hidden" ? "hidden" : "visible");
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("pageshow", seen);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("pageshow", seen);
    };
  },
};
