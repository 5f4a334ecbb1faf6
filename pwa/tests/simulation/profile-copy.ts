/** Copies of a browser profile's databases: a backup of the phone made at night, or the state that every life begins with. */
import { IDBFactory } from "fake-indexeddb";

interface StoreShape {
  name: string;
  keyPath: string | string[];
  indexes: { name: string; keyPath: string | string[]; options: IDBIndexParameters }[];
  rows: unknown[];
}

/** All databases with their stores, indexes and rows; the app must not be running over them. */
export async function copied(from: IDBFactory): Promise<IDBFactory> {
  const to = new IDBFactory();
  for (const { name, version } of await from.databases()) {
    const shapes = await read(from, name!);
    await write(to, name!, version!, shapes);
  }
  return to;
}

async function read(from: IDBFactory, name: string): Promise<StoreShape[]> {
  const db = await done(from.open(name));
  const names = [...db.objectStoreNames];
  const tx = names.length === 0 ? null : db.transaction(names, "readonly");
  const shapes: StoreShape[] = [];
  for (const each of names) {
    const store = tx!.objectStore(each);
    const indexes = [...store.indexNames].map((index) => {
      const { keyPath, unique, multiEntry } = store.index(index);
      return { name: index, keyPath: keyPath as string | string[], options: { unique, multiEntry } };
    });
    const rows = (await done(store.getAll() as IDBRequest<unknown[]>)) as unknown[];
    shapes.push({ name: each, keyPath: store.keyPath as string | string[], indexes, rows });
  }
  db.close();
  return shapes;
}

async function write(to: IDBFactory, name: string, version: number, shapes: StoreShape[]): Promise<void> {
  const opening = to.open(name, version);
  opening.addEventListener("upgradeneeded", () => {
    for (const { name: store, keyPath, indexes, rows } of shapes) {
      const made = opening.result.createObjectStore(store, { keyPath });
      for (const index of indexes) made.createIndex(index.name, index.keyPath, index.options);
      for (const row of rows) made.put(row);
    }
  });
  (await done(opening)).close();
}

function done<T>(
  request: { result: T; error: DOMException | null } & Pick<EventTarget, "addEventListener">,
): Promise<T> {
  return new Promise((fine, failed) => {
    request.addEventListener("success", () => fine(request.result));
    request.addEventListener("error", () => failed(request.error ?? new Error("unknown")));
  });
}
