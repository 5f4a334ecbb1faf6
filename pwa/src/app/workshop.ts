/** What works on an open vault. Loaded while the password is being typed, so that the login page stands first. */
import { SyncRunner, type RunnerEffects } from "../sync/runner";
import type { Vault } from "../vault/vault";
import { Work, type WorkEffects } from "./work";

export interface Workshop {
  runner: SyncRunner;
  work: Work;
}

export interface WorkshopEffects {
  sync: RunnerEffects;
  work: WorkEffects;
}

/** Tasks are read and the sync is ready to start. */
export async function openWorkshop(vault: Vault, effects: WorkshopEffects): Promise<Workshop> {
  const runner = new SyncRunner(vault, effects.sync);
  const work = new Work(effects.work);
  await work.begin(vault, runner);
  return { runner, work };
}
