/**
 * The app below the screens, put together over any effects: the browser's in the container, hand-made ones in tests,
 * the simulator's under Node. Nothing in here or below touches a window.
 */
import { reviewApi, syncApi } from "../api/server";
import { Http } from "../api/http";
import type { RunnerEffects } from "../sync/runner";
import { Shelf } from "../vault/shelf";
import { Bench } from "./bench";
import { EVENING_HOUR } from "./day-end";
import type { DeviceMark } from "./enrolment";
import { Files } from "./files";
import { Place } from "./place";
import type { CapturePort, Clock, Effects, FilesPort, Limits, StorageState, Suicha } from "./ports";
import { Session } from "./session";
import { StorageGuard } from "./storage";

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
  const { http, shelf } = foundations(effects, around);
  const bench: Bench = new Bench(effects, () => ({
    sync: runnerEffects(),
    work: { effects, http, storage, session: session.state },
  }));
  const limits = (): Limits => session.state.value.limits;
  const storage = new StorageGuard({
    disk: effects.disk,
    clock,
    browser: around.browser,
    installed: around.installed,
    sync: bench.desk.status,
    evening: () => limits().evening_hour ?? EVENING_HOUR,
  });
  void storage.refresh();
  const session = new Session({ effects, shelf, http, mark: around.mark, label: around.label }, bench);

  function runnerEffects(): RunnerEffects {
    return {
      ...effects,
      api: syncApi(http),
      http,
      chunkBytes: limits().chunk_bytes,
      fragile: () => storage.state.value.persisted === false,
      door: async () => (bench.vault === null ? "expired" : session.standing(bench.vault)),
      changed: ({ inspections }) => {
        void bench.heard(inspections);
        void session.refresh();
        void storage.refresh();
      },
    };
  }

  return {
    session,
    work: bench.work,
    sync: bench.desk,
    files: new Files({
      effects,
      vault: () => bench.vault,
      send: around.sendFile,
      taken: async (ids) => {
        await bench.heard(new Set(ids));
        await session.refresh();
        bench.desk.wake();
      },
    }),
    storage,
    place: new Place(() => bench.vault),
    capture: around.capture(clock, () => limits().photo_bytes),
    review: reviewApi(http),
    api: http,
    clock,
  };
}

/** The line to the server and the shelf with the vaults. */
function foundations(effects: Effects, { language, base }: Surroundings): { http: Http; shelf: Shelf } {
  const { indexedDB, keyRange, subtle, random, stretcher, signer, clock, fetch } = effects;
  const ring = { subtle, random, stretcher };
  return {
    http: new Http({ fetch, clock, language }, base),
    shelf: new Shelf({ databases: { indexedDB, keyRange }, ring, clock, signer }),
  };
}
