/**
 * An IndexedDB whose app can die at any write, or run out of room: connections opened through a mortal's factory obey
 * its fate, and after its death nothing it still tries reaches the disk, as after a kill.
 */
import { IDBObjectStore } from "fake-indexeddb";

export class Mortal {
  dead = false;
  /** Writes until death; 0: none planned. */
  private writesLeft = 0;
  /** Writes that find no room, after so many that do. */
  full = 0;
  spared = 0;
  writes = 0;

  /** Dies at the n-th write from now. */
  doom(writes: number): void {
    this.writesLeft = writes;
  }

  spare(): void {
    this.writesLeft = 0;
  }

  /** The factory as this app sees it. */
  factory(real: IDBFactory): IDBFactory {
    return {
      open: (name: string, version?: number) => {
        if (this.dead) throw new DOMException("the app is dead", "InvalidStateError");
        const opening = real.open(name, version);
        owners.add(opening, this);
        return opening;
      },
      deleteDatabase: (name: string) => real.deleteDatabase(name),
      databases: () => real.databases(),
      cmp: (a: unknown, b: unknown) => real.cmp(a, b),
    } as unknown as IDBFactory;
  }

  write(): void {
    if (this.dead) throw new DOMException("the app is dead", "InvalidStateError");
    this.writes += 1;
    if (this.full > 0 && this.spared > 0) this.spared -= 1;
    else if (this.full > 0) {
      this.full -= 1;
      throw new DOMException("no room", "QuotaExceededError");
    }
    if (this.writesLeft > 0 && (this.writesLeft -= 1) === 0) {
      this.dead = true;
      throw new DOMException("killed", "InvalidStateError");
    }
  }
}

class Owners {
  private readonly byConnection = new WeakMap<object, Mortal>();

  add(opening: IDBOpenDBRequest | ReturnType<IDBFactory["open"]>, owner: Mortal): void {
    const own = (): void => {
      this.byConnection.set((opening as { result: object }).result, owner);
    };
    opening.addEventListener("upgradeneeded", own);
    opening.addEventListener("success", own);
  }

  of(store: IDBObjectStore): Mortal | undefined {
    return this.byConnection.get((store as unknown as { transaction: { db: object } }).transaction.db);
  }
}

const owners = new Owners();

for (const method of ["put", "add", "delete", "clear"] as const) {
  const real = IDBObjectStore.prototype[method] as (...given: unknown[]) => unknown;
  (IDBObjectStore.prototype as unknown as Record<string, unknown>)[method] = function (
    this: IDBObjectStore,
    ...given: unknown[]
  ) {
    owners.of(this)?.write();
    return real.apply(this, given);
  };
}
