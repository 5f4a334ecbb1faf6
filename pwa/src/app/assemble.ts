/**
 * The app below the screens, put together over any effects: the browser's in the container, hand-made ones in tests,
 * the simulator's under Node. Nothing in here or below touches a window.
 */
import { documentsApi, reviewApi, syncApi } from "../api/server";
import { Http } from "../api/http";
import type { RunnerEffects } from "../sync/runner";
import { Refusal } from "../vault/refusal";
import { Shelf } from "../vault/shelf";
import type { Vault } from "../vault/vault";
import { EVENING_HOUR } from "./day-end";
import { SyncDesk, WorkDesk } from "./desks";
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
  View,
} from "./ports";
import { Session } from "./session";
import { StorageGuard } from "./storage";
import type { openWorkshop, Workshop } from "./workshop";

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
  const desk = new SyncDesk(effects);
  const work = new WorkDesk();
  const { disk } = effects;
  const { browser, installed } = around;
  const storage = new StorageGuard({
    disk,
    clock,
    browser,
    installed,
    sync: desk.status,
    evening: () => session.state.value.limits.evening_hour ?? EVENING_HOUR,
  });
  let current: Vault | null = null;
  let shop: Workshop | null = null;

  const session: Session = new Session(
    { effects, shelf, http, mark: around.mark, label: around.label },
    {
      async opened(vault) {
        const openWorkshop = await loadWorkshop();
        current = vault;
        const means = { sync: runnerEffects(), work: { effects, http, storage, session: view } };
        shop = await openWorkshop(vault, means);
        work.take(shop.work);
        desk.take(shop.runner);
        shop.runner.start();
        void storage.refresh();
      },
      async closing() {
        await desk.leave();
        work.leave();
        shop?.work.end();
        shop = null;
        current = null;
      },
      colleague: async (vault) => shop?.work.stand(vault),
      serverOpen: () => desk.doorOpened(),
    },
  );
  const view: View<SessionState> = session.state;

  function runnerEffects(): RunnerEffects {
    return {
      ...effects,
      api: syncApi(http),
      http,
      chunkBytes: view.value.limits.chunk_bytes,
      door: async () => (current === null ? "expired" : session.standing(current)),
      changed: ({ inspections }) => {
        void shop?.work.heard(inspections);
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
      taken: async (ids) => {
        await shop?.work.heard(new Set(ids));
        desk.wake();
      },
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

/** The line to the server and the shelf with the vaults. */
function foundations(effects: Effects, { language, base }: Surroundings): { http: Http; shelf: Shelf } {
  const { indexedDB, keyRange, subtle, random, stretcher, signer, clock, fetch } = effects;
  const ring = { subtle, random, stretcher };
  return {
    http: new Http({ fetch, clock, language }, base),
    shelf: new Shelf({ databases: { indexedDB, keyRange }, ring, clock, signer }),
  };
}

/** Refusal network_needed: the app's files were not all here yet, and now there is no line. */
export async function loadWorkshop(): Promise<typeof openWorkshop> {
  try {
    return (await import("./workshop")).openWorkshop;
  } catch {
    throw new Refusal("network_needed");
  }
}
