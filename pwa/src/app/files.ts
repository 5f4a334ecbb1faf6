/** The road without a line, as screens see it. What makes and reads the files is loaded when one is made or read. */
import { Refusal } from "../vault/refusal";
import type { Vault } from "../vault/vault";
import type { Effects, FilePacked, FileRecipient, FilesPort, FileTaken } from "./ports";

export interface FilesEffects {
  effects: Effects;
  vault: () => Vault | null;
  send: FilesPort["send"];
  /** After a file was taken in: screens and sync look again. */
  taken: (inspections: string[]) => Promise<void>;
}

export class Files implements FilesPort {
  constructor(private readonly own: FilesEffects) {}

  async readers(): Promise<FileRecipient[]> {
    const vault = this.vault();
    const bureau = await vault.meta("bureau");
    const partners = (await vault.devices())
      .filter(({ id, person_id }) => id !== vault.device && person_id !== vault.person.id)
      .map(({ id, person_name }) => ({ to: id, name: person_name }));
    const known = bureau?.recoveryKey !== undefined && bureau.recoveryKey !== null;
    return known ? [{ to: "server", name: bureau.name }, ...partners] : partners;
  }

  async pack(errand: Parameters<FilesPort["pack"]>[0]): Promise<FilePacked> {
    const { packFile } = await import("../sync/files");
    const { name, file, entries, evidence } = await packFile(this.vault(), this.own.effects, errand);
    return { file: new File([file], name, { type: file.type }), entries, evidence };
  }

  send(file: File): Promise<boolean> {
    return this.own.send(file);
  }

  async take(file: Blob): Promise<FileTaken> {
    const vault = this.vault();
    const { effects } = this.own;
    const { takeFile } = await import("../sync/files");
    const { summarise } = await import("../sync/summary");
    const { from, inspections, ...counts } = await takeFile(vault, effects, file);
    for (const inspection of inspections) {
      await summarise(vault, inspection);
      effects.channel.post({ about: "inspection", vault: vault.id, inspection });
    }
    effects.channel.post({ about: "tasks", vault: vault.id });
    await this.own.taken(inspections);
    return { ...counts, from: await this.nameOf(vault, from) };
  }

  private async nameOf(vault: Vault, from: string): Promise<string> {
    if (from === "server") return (await vault.meta("bureau"))?.name ?? "";
    return (await vault.devices()).find(({ id }) => id === from)?.person_name ?? "";
  }

  private vault(): Vault {
    const vault = this.own.vault();
    if (vault === null) throw new Refusal("vault_locked");
    return vault;
  }
}
