/** Where things are kept: the room there is, and the place where the person was. */
import type { Unsynced } from "../day-end";
import type { View } from "./effects";

export interface StorageState {
  persisted: boolean | null;
  installed: boolean;
  usage: number | null;
  quota: number | null;
  /** ok · tight (< 20 % free) · full (< 10 % free: photos stop, text still saves). */
  level: "ok" | "tight" | "full" | "unknown";
  /** wechat/x5: offline work is refused, 用系统浏览器打开; old: below Chromium 87 or no WebCrypto/IndexedDB. */
  browser: "ok" | "wechat" | "x5" | "insecure" | "old";
  warnings: ("not_persisted" | "not_installed" | "storage_tight" | "storage_full" | Unsynced)[];
}

export interface StoragePort {
  readonly state: View<StorageState>;
  /** Asks the browser to keep our data; call from a tap. */
  askPersist(): Promise<boolean | null>;
  /** Before each capture. Refusal: storage_full {free}. */
  mayCapture(bytes: number): Promise<void>;
  refresh(): Promise<StorageState>;
}

/** Where the person was: survives a kill, in IndexedDB. */
export interface PlacePort {
  last(): Promise<string | null>;
  remember(route: string): Promise<void>;
}
