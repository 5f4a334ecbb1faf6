/** Keeps watch over the browser's storage: asks for it to be kept, warns in time, stops photos before text. */
import { shallowRef } from "vue";
import { Refusal } from "../vault/refusal";
import type { Clock, Disk, StoragePort, StorageState, SyncStatus, View } from "./ports";

/** Share of the quota that must stay free: below the first we warn, below the second photos stop. */
const TIGHT = 0.2;
const FULL = 0.1;
/** From this hour on (Asia/Shanghai), unsynced work is worth a warning. */
const EVENING = 17;

export interface GuardEffects {
  disk: Disk;
  clock: Clock;
  browser: StorageState["browser"];
  installed: boolean;
  sync: View<SyncStatus>;
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

  constructor(private readonly effects: GuardEffects) {
    this.state.value = { ...this.state.value, browser: effects.browser, installed: effects.installed };
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

  private warnings({ persisted, installed, level }: StorageState): StorageState["warnings"] {
    const { waiting } = this.effects.sync.value;
    const hour = new Date(this.effects.clock.now() + 8 * 3_600_000).getUTCHours();
    const unsynced = waiting.entries + waiting.photos > 0;
    const warnings: [boolean, StorageState["warnings"][number]][] = [
      [persisted === false, "not_persisted"],
      [!installed && persisted !== true, "not_installed"],
      [level === "tight", "storage_tight"],
      [level === "full", "storage_full"],
      [unsynced && hour >= EVENING, "unsynced_evening"],
    ];
    return warnings.filter(([so]) => so).map(([, warning]) => warning);
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
