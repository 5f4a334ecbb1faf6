/** Where the person was: in the vault, because an address tells which inspection, and only its owner goes back there. */
import type { Vault } from "../vault/vault";
import { codeOf } from "../vault/refusal";
import type { PlacePort } from "./ports";

export class Place implements PlacePort {
  constructor(private readonly vault: () => Vault | null) {}

  async last(): Promise<string | null> {
    const vault = this.vault();
    return vault === null || vault.locked ? null : vault.meta("place");
  }

  async remember(route: string): Promise<void> {
    const vault = this.vault();
    if (vault === null || vault.locked) return;
    try {
      await vault.setMeta("place", route);
    } catch (thrown) {
      // A full disk must not keep anybody from walking about.
      if (!["vault_locked", "quota_full", "storage_lost"].includes(codeOf(thrown))) throw thrown;
    }
  }
}
