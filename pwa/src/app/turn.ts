/** Whose turn it is on this phone: what the door may know before anybody is here, and who is remembered. */
import type { Shelf } from "../vault/shelf";
import type { SessionState } from "./ports";

type Here = Pick<SessionState, "vaultsHere" | "unlocks">;

/** What lies on this phone, without a name. What cannot be read counts as nothing. */
export async function whoIsHere(shelf: Shelf): Promise<Here> {
  const [vaultsHere, latest] = await Promise.all([
    shelf.count().catch(() => 0),
    shelf.latest().catch(() => null),
  ]);
  return { vaultsHere, unlocks: latest !== null };
}

/** Remembers whose turn it is for the next time (null: nobody's); a phone that cannot note it asks for the name then. */
export async function takeTurn(shelf: Shelf, vault: string | null): Promise<Here> {
  await shelf.turn(vault).catch(() => undefined);
  return whoIsHere(shelf);
}
