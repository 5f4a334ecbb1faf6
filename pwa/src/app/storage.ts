/** Keeps watch over the browser's storage: asks for it to be kept, warns in time, stops photos before text. */
import { shallowRef, watch } from "vue";
import { Refusal } from "../vault/refusal";
import { unsyncedWarning, untilNextLook } from "./day-end";
import type { Clock, Disk, StoragePort, StorageState, SyncStatus, View } from "./ports";

/** Share of the quota that must stay free: below the first we warn, below the second photos stop. */
const TIGHT = 0.2;
const FULL = 0.1;

export interface GuardEffects {
  disk: Disk;
  clock: Clock;
  browser: StorageState["browser"];
  installed: boolean;
  sync: View<SyncStatus>;
  /** The hour from which on unsynced work is worth a warning, as the bureau has set it. */
  evening: () => number;
}

export class StorageGuard implements StoragePort {
  readonly state = shallowRef<StorageState>({
    persisted: null,
    installed: false,
    usage: null,
    quota: null,
    level: "unknown",
    browser: "ok",
    warnings: [],
  });

  private stopLooking: () => void = () => undefined;

  constructor(private readonly effects: GuardEffects) {
    this.state.value = { ...this.state.value, browser: effects.browser, installed: effects.installed };
    watch(() => effects.sync.value.oldest, this.lookAtTheDay, { flush: "sync" });
  }

  async askPersist(): Promise<boolean | null> {
    const kept = await this.effects.disk.persist();
    await this.refresh();
    return kept;
  }

  async mayCapture(bytes: number): Promise<void> {
    const { usage, quota, level } = await this.refresh();
    if (level === "full") throw new Refusal("storage_full", { free: megabytes(quota, usage) });
    // A photo is stored sealed and may be copied once into a colleague's vault.
    if (usage !== null && quota !== null && quota - usage < bytes * 2) {
      throw new Refusal("storage_full", { free: megabytes(quota, usage) });
    }
  }

  async refresh(): Promise<StorageState> {
    const { disk } = this.effects;
    const [persisted, room] = await Promise.all([disk.persisted(), disk.estimate()]);
    const level = levelOf(room);
    const found = {
      ...this.state.value,
      persisted,
      usage: room?.usage ?? null,
      quota: room?.quota ?? null,
      level,
    };
    this.state.value = { ...found, warnings: this.warnings(found) };
    return this.state.value;
  }

  /** What waits has changed, or evening has come, or midnight. */
  private readonly lookAtTheDay = (): void => {
    const { clock, sync, evening } = this.effects;
    this.stopLooking();
    this.state.value = { ...this.state.value, warnings: this.warnings(this.state.value) };
    if (sync.value.oldest !== null)
      this.stopLooking = clock.after(untilNextLook(clock.now(), evening()), this.lookAtTheDay);
  };

  private warnings({ persisted, installed, level }: StorageState): StorageState["warnings"] {
    const { clock, sync, evening } = this.effects;
    const { oldest } = sync.value;
    const unsynced = unsyncedWarning(clock.now(), oldest === null ? null : Date.parse(oldest), evening());
    const warnings: [boolean, StorageState["warnings"][number]][] = [
      [persisted === false, "not_persisted"],
      [!installed && persisted !== true, "not_installed"],
      [level === "tight", "storage_tight"],
      [level === "full", "storage_full"],
    ];
    const found = warnings.filter(([so]) => so).map(([, warning]) => warning);
    return unsynced === null ? found : [unsynced, ...found];
  }
}

function levelOf(room: { usage: number; quota: number } | null): StorageState["level"] {
  if (room === null || room.quota <= 0) return "unknown";
  const free = 1 - room.usage / room.quota;
  if (free < FULL) return "full";
  return free < TIGHT ? "tight" : "ok";
}

function megabytes(quota: number | null, usage: number | null): number {
  return Math.max(0, Math.floor(((quota ?? 0) - (usage ?? 0)) / 1_000_000));
}
