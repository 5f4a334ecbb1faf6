/**
 * The app below the screens, put together over any effects: the browser's in the container, hand-made ones in tests,
 * the simulator's under Node. Nothing in here or below touches a window.
 */
import { shallowRef, triggerRef, watch } from "vue";
import { documentsApi, reviewApi, syncApi } from "../api/server";
import { Http } from "../api/http";
import { SyncRunner, type RunnerEffects } from "../sync/runner";
import { QUIET } from "../sync/status";
import { Shelf } from "../vault/shelf";
import type { Vault } from "../vault/vault";
import type { DeviceMark } from "./enrolment";
import { Files } from "./files";
import { Place } from "./place";
import type {
  CapturePort,
  Clock,
  Effects,
  FilesPort,
  SessionState,
  StorageState,
  Suicha,
  SyncPort,
  SyncStatus,
  View,
} from "./ports";
import { Session } from "./session";
import { StorageGuard } from "./storage";
import { Work } from "./work";

/** What the app is built from besides the effects. */
export interface Surroundings {
  language: () => string;
  mark: DeviceMark;
  label: string;
  browser: StorageState["browser"];
  installed: boolean;
  capture: (clock: Clock, limit: () => number) => CapturePort;
  /** Hands a file to the share sheet or the downloads. */
  sendFile: FilesPort["send"];
  base?: string;
}

export function assemble(effects: Effects, around: Surroundings): Suicha {
  const { clock } = effects;
  const http = new Http({ fetch: effects.fetch, clock, language: around.language }, around.base);
  const databases = { indexedDB: effects.indexedDB, keyRange: effects.keyRange };
  const ring = { subtle: effects.subtle, random: effects.random, stretcher: effects.stretcher };
  const shelf = new Shelf({ databases, ring, clock, signer: effects.signer });
  const desk = new SyncDesk(effects);
  const { disk } = effects;
  const { browser, installed } = around;
  const storage = new StorageGuard({ disk, clock, browser, installed, sync: desk.status });
  let current: Vault | null = null;

  const session: Session = new Session(
    { effects, shelf, http, mark: around.mark, label: around.label },
    {
      async opened(vault) {
        current = vault;
        const runner = new SyncRunner(vault, runnerEffects());
        await work.begin(vault, runner);
        desk.take(runner);
        runner.start();
        void storage.refresh();
      },
      async closing() {
        await desk.leave();
        work.end();
        current = null;
      },
      colleague: (vault) => work.stand(vault),
      serverOpen: () => desk.doorOpened(),
    },
  );
  const view: View<SessionState> = session.state;
  const work: Work = new Work({ effects, http, storage, session: view });

  function runnerEffects(): RunnerEffects {
    return {
      ...effects,
      api: syncApi(http),
      http,
      chunkBytes: view.value.limits.chunk_bytes,
      door: async () => (current === null ? "expired" : session.standing(current)),
      changed: ({ inspections }) => {
        void work.heard(inspections);
        void session.refresh();
        void storage.refresh();
      },
    };
  }

  return {
    session,
    work,
    sync: desk,
    files: new Files({
      effects,
      vault: () => current,
      send: around.sendFile,
      taken: (ids) => work.heard(new Set(ids)).then(() => desk.wake()),
    }),
    storage,
    place: new Place(() => current),
    capture: around.capture(clock, () => view.value.limits.photo_bytes),
    review: reviewApi(http),
    documents: documentsApi(http),
    api: http,
    clock,
  };
}

/** The sync as screens see it, also before anybody has logged in and for those who have no vault. */
class SyncDesk implements SyncPort {
  readonly status = shallowRef<SyncStatus>(QUIET);
  private runner: SyncRunner | null = null;
  private unwatch: () => void = () => undefined;

  constructor(private readonly effects: Effects) {
    this.idle();
    effects.wakes.listen(() => {
      if (this.runner === null) this.idle();
    });
  }

  take(runner: SyncRunner): void {
    this.runner = runner;
    this.unwatch = watch(
      runner.status,
      (status) => {
        this.status.value = status;
        triggerRef(this.status);
      },
      { immediate: true, flush: "sync" },
    );
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
