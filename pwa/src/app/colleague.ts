/** A second person on this phone: his own vault, unlocked beside the first one's for as long as he stands there. */
import { isRefused, Refusal } from "../vault/refusal";
import type { Shelf } from "../vault/shelf";
import type { Vault } from "../vault/vault";
import type { LoginInput } from "./ports";

export class Colleague {
  private vault: Vault | null = null;

  /** `stand` hands over between the two vaults when he comes, and (null) once more when he goes. */
  constructor(
    private readonly shelf: Shelf,
    private readonly stand: (vault: Vault | null) => Promise<void>,
  ) {}

  /** Refusals: colleague_not_enrolled · colleague_is_me · those of Shelf.unlock. */
  async come(beside: Vault, { login, password }: LoginInput & { login: string }): Promise<Vault> {
    const known = await this.shelf.find(login);
    if (known === null) throw new Refusal("colleague_not_enrolled");
    if (known.id === beside.id) throw new Refusal("colleague_is_me");
    const vault = await this.shelf.unlock(login, password);
    await this.go();
    this.vault = vault;
    try {
      await this.stand(vault);
    } catch (thrown) {
      await this.go();
      throw thrown;
    }
    return vault;
  }

  /** False when nobody stood there. */
  async go(): Promise<boolean> {
    const leaving = this.vault;
    if (leaving === null) return false;
    try {
      // The last hand-over is made again at the next unlocking.
      await this.stand(null).catch((thrown: unknown) => {
        if (!isRefused(thrown)) throw thrown;
      });
    } finally {
      this.vault = null;
      leaving.lock();
    }
    return true;
  }
}
