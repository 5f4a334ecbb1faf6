/** Who is here: the vault on this phone and the session at the bureau. */
import type { DemoInfo, Limits, Person } from "../../api/types";
import type { View } from "./effects";

/** `desk`: who may carry phones' files at a desk; the same people who push and pull. */
export type Area = "field" | "lead" | "office" | "desk";

export interface Me {
  person: Person;
  /** uuid of this person's device (one vault); null for people without a vault (lead, office). */
  device: string | null;
}

export interface SessionState {
  /** starting → signed_out ⇄ open. `open` offline means: the vault is unlocked, the server was not reached. */
  phase: "starting" | "signed_out" | "open";
  me: Me | null;
  /** A second person whose own vault is unlocked on this phone beside mine. */
  colleague: Me | null;
  areas: Area[];
  /** open: session with the server · unreachable: no network · expired: 需重新登录 (work goes on) · none: signed out. */
  server: "open" | "unreachable" | "expired" | "none";
  /** Why the server did not open, in its own words: password changed, account ended … */
  serverReason: { code: string; sentence: string | null } | null;
  /** ISO; after this no new inspection may be opened offline (limits.offline_hours since the last contact). */
  offlineUntil: string | null;
  offlineExpired: boolean;
  bureauName: string | null;
  limits: Limits;
  /** Only in demo mode: the accounts shown on the login page. */
  demo: DemoInfo | null;
  /** Vaults lie on this phone: the login page says so, without naming anybody. */
  vaultsHere: number;
  /** One of them is opened by its password alone: the only one, or whose owner worked here last. */
  unlocks: boolean;
  /** Things the person must be told once: vault_gone, device_revoked, clock_wrong … */
  notices: Notice[];
  /** The bureau has revoked this device: what is said on it is kept apart, and is no part of a record. */
  revoked: boolean;
}

export interface Notice {
  code: "vault_gone" | "device_revoked" | "clock_wrong" | "forked" | "epoch_changed" | "profile_restored";
  params: Record<string, string | number>;
  at: string;
}

export interface LoginInput {
  /** null: of whoever worked here last (`SessionState.unlocks`). */
  login: string | null;
  password: string;
  /** Given on the second try after the refusal `vault_has_old_password`: unlocks and rewraps. */
  oldPassword?: string;
}

export interface PasswordChange {
  password: string;
  newPassword: string;
}

/**
 * Refusal codes of `login`: wrong_password · unlock_delayed {seconds} · vault_has_old_password ·
 * network_needed (nobody of that name has a vault here), server_needed (the same, and the server does not answer) · colleague_not_enrolled (he logs in here once, with
 * network) · and what the server says (account_ended, too_many_tries …) with its sentence
 */
export interface SessionPort {
  readonly state: View<SessionState>;
  /** Boot: looks for vaults and for a live server session. Never throws. */
  start(): Promise<SessionState>;
  /** Unlocks the vault (offline too) and opens the server session when there is network; enrols on first login. */
  login(input: LoginInput): Promise<SessionState>;
  /** Seconds until the vault that its password alone opens listens again, after wrong tries; a reload ends no wait. */
  unlockWait(): Promise<number>;
  /** Items of other persons' vaults on this phone that are not uploaded; with no vault open, of all of them. */
  othersUnsent(): Promise<number>;
  /** The sync page's 需重新登录: same person, vault stays open, work goes on. */
  relogin(password: string): Promise<SessionState>;
  /**
   * A new password at the bureau and for the vault on this phone; needs network. Refusals: wrong_password ·
   * password_too_short · password_too_plain · password_same · network_unreachable.
   */
  changePassword(change: PasswordChange): Promise<void>;
  /** A colleague unlocks his own vault on this phone; both vaults then exchange what they hold. */
  unlockColleague(input: LoginInput & { login: string }): Promise<SessionState>;
  lockColleague(): Promise<void>;
  /** What to tell the office when the password is forgotten. Refusal: no_vault. */
  recoveryRequest(login: string): Promise<{ code: string; device: string }>;
  /** Opens a vault with the office's answer to that request, and wraps it with the new password. */
  recover(input: { login: string; recoveryCode: string; newPassword: string }): Promise<SessionState>;
  /** Locks the vault, ends the server session; deletes nothing. Answers how much is not yet uploaded. */
  logout(): Promise<{ waiting: number }>;
  dismiss(code: Notice["code"]): Promise<void>;
  /** People's names by id, for views without an inspection. */
  devices(): Promise<
    { id: string; label: string; mine: boolean; revoked: boolean; lastSeen: string | null }[]
  >;
}
