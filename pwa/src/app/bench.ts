/** What hangs together with an open vault: its tasks and its sync, from the moment it opens until it is locked. */
import type { Vault } from "../vault/vault";
import { SyncDesk, WorkDesk } from "./desks";
import type { Effects } from "./ports";
import { Refusal } from "../vault/refusal";
import type { SessionEvents } from "./session";
import type { openWorkshop, Workshop, WorkshopEffects } from "./workshop";

export class Bench implements SessionEvents {
  readonly desk: SyncDesk;
  readonly work = new WorkDesk();
  /** The vault that is open; null when nobody's is. */
  vault: Vault | null = null;
  private shop: Workshop | null = null;

  /** `means` are asked for when a vault opens: the session and the storage are there by then. */
  constructor(
    effects: Pick<Effects, "wakes">,
    private readonly means: () => WorkshopEffects,
  ) {
    this.desk = new SyncDesk(effects);
  }

  async opened(vault: Vault): Promise<void> {
    const open = await loadWorkshop();
    this.vault = vault;
    this.shop = await open(vault, this.means());
    this.work.take(this.shop.work);
    this.desk.take(this.shop.runner);
    this.shop.runner.start();
  }

  async closing(): Promise<void> {
    await this.desk.leave();
    this.work.leave();
    this.shop?.work.end();
    this.shop = null;
    this.vault = null;
  }

  async colleague(vault: Vault | null): Promise<void> {
    await this.shop?.work.stand(vault);
  }

  serverOpen(): void {
    this.desk.doorOpened();
  }

  /** These inspections were changed by a pull or a file. */
  async heard(inspections: ReadonlySet<string>): Promise<void> {
    await this.shop?.work.heard(inspections);
  }
}

/** Refusal network_needed: the app's files were not all here yet, and now there is no line. */
export async function loadWorkshop(): Promise<typeof openWorkshop> {
  try {
    return (await import("./workshop")).openWorkshop;
  } catch {
    throw new Refusal("network_needed");
  }
}
