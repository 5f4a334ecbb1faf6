/**
 * How a person comes in: a password opens his vault, offline too, or with network makes the first one here. What the
 * browser has thrown away is begun anew, and a password that was changed elsewhere is told from a wrong one.
 */
import type { Person, SessionAnswer } from "../api/types";
import { codeOf, Refusal } from "../vault/refusal";
import type { Vault } from "../vault/vault";
import type { ServerDoor } from "./door";
import { enrol, needsVault, type EnrolmentEffects } from "./enrolment";
import type { LoginInput } from "./ports";

export interface EntranceEffects extends EnrolmentEffects {
  door: ServerDoor;
  /** What the system says of the network: without one is another thing than a server that does not answer. */
  online: () => boolean;
}

/** An opened vault, the server's answer where it was needed for that, or both. People at a desk have no vault. */
export type Entered =
  | { vault: Vault; answer: (SessionAnswer & { person: Person }) | null }
  | { vault: null; answer: SessionAnswer & { person: Person } };

/** Refusals: those of SessionPort.login. */
export async function enter(effects: EntranceEffects, input: LoginInput): Promise<Entered> {
  const { login, password } = input;
  if (login === null) return { vault: await effects.shelf.unlockLatest(password), answer: null };
  return enterAs(effects, { ...input, login });
}

type Named = LoginInput & { login: string };

async function enterAs(effects: EntranceEffects, input: Named): Promise<Entered> {
  const { login, password, oldPassword } = input;
  try {
    return { vault: await effects.shelf.unlock(login, oldPassword ?? password), answer: null };
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === "no_vault") return firstTime(effects, input);
    if (code === "vault_gone") return anew(effects, input);
    if (code === "wrong_password" && oldPassword === undefined)
      await perhapsChanged(effects.door, login, password);
    throw thrown;
  }
}

async function firstTime(effects: EntranceEffects, { login, password }: Named): Promise<Entered> {
  const answer = await effects.door.open(login, password).catch((thrown: unknown) => {
    if (codeOf(thrown) !== "network_unreachable") throw thrown;
    throw new Refusal(effects.online() ? "server_needed" : "network_needed");
  });
  if (!needsVault(answer.person)) return { vault: null, answer };
  return { vault: await enrol(effects, answer, login, password), answer };
}

/** The browser has thrown the vault's database away and left its record: with network, a new vault; and it is told. */
async function anew(effects: EntranceEffects, input: Named): Promise<Entered> {
  await effects.door.open(input.login, input.password).catch((thrown: unknown) => {
    throw codeOf(thrown) === "network_unreachable" ? new Refusal("vault_gone") : thrown;
  });
  await effects.shelf.retire(input.login);
  return firstTime(effects, input);
}

/** The vault refused the password: when the server takes it, it is the new one and the vault has the old. */
async function perhapsChanged(door: ServerDoor, login: string, password: string): Promise<void> {
  try {
    await door.open(login, password);
  } catch (thrown) {
    if (codeOf(thrown) === "network_unreachable") return;
    throw thrown;
  }
  throw new Refusal("vault_has_old_password");
}
