/**
 * What screens hold on to from the first moment: the sync and the work as views that are empty until a vault is open.
 * What does the work (workshop.ts) is loaded when the first vault opens, not with the login page.
 */
import { shallowRef, triggerRef, watch, type ShallowRef } from "vue";
import type { Text } from "../core/checklist/types";
import { QUIET } from "../sync/quiet";
import { Refusal } from "../vault/refusal";
import type { Effects, OpenInspection, SyncPort, SyncStatus, TaskCard, View, WorkPort } from "./ports";

/** The sync of an open vault, as the desk drives it. */
export interface DrivenSync extends SyncPort {
  saved(): void;
  doorOpened(): void;
  stop(): Promise<void>;
}

/** The sync as screens see it, also before anybody has logged in and for those who have no vault. */
export class SyncDesk implements SyncPort {
  readonly status = shallowRef<SyncStatus>(QUIET);
  private runner: DrivenSync | null = null;
  private unwatch: () => void = () => undefined;

  constructor(private readonly effects: Pick<Effects, "wakes">) {
    this.idle();
    effects.wakes.listen(() => {
      if (this.runner === null) this.idle();
    });
  }

  take(runner: DrivenSync): void {
    this.runner = runner;
    this.unwatch = follow(runner.status, this.status);
  }

  async leave(): Promise<void> {
    this.unwatch();
    const { runner } = this;
    this.runner = null;
    this.idle();
    await runner?.stop();
  }

  doorOpened(): void {
    this.runner?.doorOpened();
  }

  async now(): Promise<SyncStatus> {
    await this.runner?.now();
    return this.status.value;
  }

  /** Something came by another road: look at what still waits. */
  wake(): void {
    this.runner?.saved();
  }

  async retry(id: string): Promise<void> {
    await this.runner?.retry(id);
  }

  private idle(): void {
    this.status.value = { ...QUIET, network: this.effects.wakes.online() ? "online" : "offline" };
  }
}

/** Tasks and inspections: none while no vault is open. */
export class WorkDesk implements WorkPort {
  readonly tasks = shallowRef<TaskCard[]>([]);
  private work: WorkPort | null = null;
  private unwatch: () => void = () => undefined;

  take(work: WorkPort): void {
    this.work = work;
    this.unwatch = follow(work.tasks, this.tasks);
  }

  leave(): void {
    this.unwatch();
    this.work = null;
    this.tasks.value = [];
  }

  async openInspection(id: string): Promise<OpenInspection> {
    if (this.work === null) throw new Refusal("vault_locked");
    return this.work.openInspection(id);
  }

  async titles(id: string): Promise<Record<string, Text>> {
    return this.work?.titles(id) ?? {};
  }

  async prepare(): Promise<{ prepared: number; total: number }> {
    return this.work?.prepare() ?? { prepared: 0, total: 0 };
  }
}

function follow<T>(from: View<T>, to: ShallowRef<T>): () => void {
  return watch(
    from,
    (value) => {
      to.value = value;
      triggerRef(to);
    },
    { immediate: true, flush: "sync" },
  );
}
