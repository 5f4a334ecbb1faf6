/**
 * Who is here. A password opens the vault (offline too) and, when there is network, the server's session. Neither
 * an expired session, nor logging out, nor a second person deletes or shows anything of the vault.
 */
import { shallowRef } from "vue";
import type { Person, SessionAnswer } from "../api/types";
import type { Http } from "../api/http";
import { noteRevoked } from "../sync/outbox";
import type { Door } from "../sync/runner";
import { isoTime } from "../vault/encoding";
import { isRefused, Refusal } from "../vault/refusal";
import { isUnsent } from "../vault/schema";
import type { Shelf } from "../vault/shelf";
import type { Vault } from "../vault/vault";
import { Colleague } from "./colleague";
import { ServerDoor } from "./door";
import { isRevoked, needsVault, register, type DeviceMark, type EnrolmentEffects } from "./enrolment";
import { enter, type EntranceEffects } from "./entering";
import { outlook } from "./outlook";
import { learn, listed, soonest } from "./learning";
import type { Effects, LoginInput, Notice, PasswordChange, SessionPort, SessionState } from "./ports";
import { areasOf, CLOSED, meOf } from "./session-state";
import { takeTurn, whoIsHere } from "./turn";

/** A boot waits no longer than this for the server; what comes later is taken in when it comes. */
const BOOT_WAIT_MS = 2_500;

/** Called when vaults open and close: the work and the sync are built on them. */
export interface SessionEvents {
  opened(vault: Vault): Promise<void>;
  /** Before the vault locks; resolves when nothing runs in it any more. */
  closing(): Promise<void>;
  colleague(vault: Vault | null): Promise<void>;
  /** The server listens (again). */
  serverOpen(): void;
}

export interface SessionEffects {
  effects: Effects;
  shelf: Shelf;
  http: Http;
  mark: DeviceMark;
  label: string;
}

export class Session implements SessionPort {
  readonly state = shallowRef<SessionState>(CLOSED);
  readonly door: ServerDoor;
  private vault: Vault | null = null;
  private readonly colleague: Colleague;
  private stopGrant: () => void = () => undefined;
  /** The server's session that is being opened beside the vault. */
  private opening: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly own: SessionEffects,
    private readonly events: SessionEvents,
  ) {
    this.colleague = new Colleague(own.shelf, (vault) => events.colleague(vault));
    this.door = new ServerDoor(own.http, () =>
      this.show({ server: this.state.value.me === null ? "none" : "expired" }),
    );
    own.effects.channel.listen((note) => {
      if (note.about === "lock" && note.vault === this.vault?.id) void this.leftElsewhere();
    });
  }

  async start(): Promise<SessionState> {
    const { shelf, effects } = this.own;
    const [here, facts] = await Promise.all([whoIsHere(shelf), shelf.facts().catch(() => null)]);
    this.show({ ...here, ...(facts ?? {}) });
    const looked = this.door.look().then((answer) => this.taken(answer));
    // Who has no line and a vault here types his password: there is nothing to wait for.
    if (here.vaultsHere === 0 || effects.wakes.online()) await soonest(effects.clock, looked, BOOT_WAIT_MS);
    const { phase } = this.state.value;
    if (phase === "starting") this.show({ phase: "signed_out" });
    return this.state.value;
  }

  async login(input: LoginInput): Promise<SessionState> {
    const { password, oldPassword } = input;
    const { vault, answer } = await enter(this.entrance(), input);
    if (vault === null) {
      this.openedAtDesk(answer);
      return this.state.value;
    }
    await this.opened(vault);
    const login = input.login ?? vault.person.login;
    if (answer !== null) await this.serverOpened(answer);
    else if (oldPassword === undefined) void this.openServer(login, password);
    else if (await this.openServer(login, password)) await this.own.shelf.rewrap(vault, password);
    return this.state.value;
  }

  async othersUnsent(): Promise<number> {
    return this.own.shelf.unsentBeside(this.vault?.device ?? null).catch(() => 0);
  }

  async unlockWait(): Promise<number> {
    return this.own.shelf.waitLeft().catch(() => 0);
  }

  async relogin(password: string): Promise<SessionState> {
    const me = this.state.value.me;
    if (me === null) throw new Refusal("network_needed");
    const answer = await this.door.open(me.person.login, password);
    if (this.vault !== null && !(await this.own.shelf.opensWith(this.vault, password))) {
      await this.own.shelf.rewrap(this.vault, password);
    }
    await this.serverOpened(answer);
    return this.state.value;
  }

  async changePassword({ password, newPassword }: PasswordChange): Promise<void> {
    const answer = await this.door.changePassword(password, newPassword);
    // Should this be cut off here: the next login says vault_has_old_password and takes the new one.
    if (this.vault !== null) await this.own.shelf.rewrap(this.vault, newPassword);
    await this.serverOpened(answer);
  }

  async unlockColleague(input: LoginInput & { login: string }): Promise<SessionState> {
    if (this.vault === null) throw new Refusal("vault_locked");
    this.show({ colleague: meOf(await this.colleague.come(this.vault, input)) });
    return this.state.value;
  }

  async lockColleague(): Promise<void> {
    if (await this.colleague.go()) this.show({ colleague: null });
  }

  recoveryRequest(login: string): Promise<{ code: string; device: string }> {
    return this.own.shelf.recoveryRequest(login);
  }

  async recover(input: { login: string; recoveryCode: string; newPassword: string }): Promise<SessionState> {
    const vault = await this.own.shelf.recover(input.login, input.recoveryCode, input.newPassword);
    await this.opened(vault);
    void this.openServer(input.login, input.newPassword);
    return this.state.value;
  }

  async logout(): Promise<{ waiting: number }> {
    const vault = this.vault;
    // What cannot be counted must not keep the vault open.
    const waiting =
      vault === null ? 0 : await vault.run(() => vault.db.outbox.filter(isUnsent).count()).catch(() => 0);
    this.show(await takeTurn(this.own.shelf, null));
    if (vault !== null) this.own.effects.channel.post({ about: "lock", vault: vault.id });
    await this.leave();
    await this.door.close();
    return { waiting };
  }

  async dismiss(code: Notice["code"]): Promise<void> {
    const notices = this.state.value.notices.filter((notice) => notice.code !== code);
    if (this.vault !== null) await this.vault.setMeta("notices", notices);
    this.show({ notices });
  }

  async devices(): ReturnType<SessionPort["devices"]> {
    return listed(this.own.http, this.vault?.device ?? null);
  }

  /** Whether the server listens to this vault: its person is signed in there and its device is known. */
  async standing(vault: Vault): Promise<Door> {
    await this.opening;
    const standing = await this.door.standing(vault.person);
    if (standing !== "open") return standing;
    if (await register(this.enrolment(), vault)) return "open";
    // Announcing the device may be what hears first that the session has ended, or is another's.
    const now = await this.door.standing(vault.person);
    return now === "open" ? "unreachable" : now;
  }

  /** Looks at the vault again after a pull: notices, grant, clock. What cannot be read is looked at next time. */
  async refresh(): Promise<void> {
    const { vault } = this;
    if (vault === null || vault.locked) return;
    await this.look(vault).catch((thrown: unknown) => {
      if (!isRefused(thrown)) throw thrown;
    });
  }

  private async look(vault: Vault): Promise<void> {
    const { clock } = this.own.effects;
    const { left, ...shown } = await outlook(vault, clock.now(), this.state.value.limits.offline_hours);
    if (this.vault !== vault) return;
    this.show(shown);
    this.stopGrant();
    if (left !== null) {
      this.stopGrant = clock.after(Math.min(left + 1, 3_600_000), () => void this.refresh());
    }
  }

  /** As `beside`; whoever asks for the standing meanwhile waits for what comes of it. */
  private openServer(login: string, password: string): Promise<boolean> {
    const opening = this.beside(login, password);
    this.opening = opening.catch(() => undefined);
    return opening;
  }

  /** Opens the server's session beside an open vault; why it did not is shown, and nothing else happens. */
  private async beside(login: string, password: string): Promise<boolean> {
    try {
      await this.serverOpened(await this.door.open(login, password));
      return true;
    } catch (thrown) {
      if (!isRefused(thrown)) throw thrown;
      const unreachable = thrown.code === "network_unreachable";
      const sentence = thrown instanceof Refusal ? thrown.sentence : null;
      this.show({
        server: unreachable ? "unreachable" : "expired",
        serverReason: unreachable ? null : { code: thrown.code, sentence },
      });
      return false;
    }
  }

  private async opened(vault: Vault): Promise<void> {
    if (this.vault !== null) await this.leave();
    this.vault = vault;
    const bureau = await vault.meta("bureau");
    this.show({
      phase: "open",
      me: meOf(vault),
      areas: areasOf(vault.person),
      server: "unreachable",
      ...(bureau === null ? {} : { bureauName: bureau.name, limits: bureau.limits }),
    });
    const working = this.events.opened(vault).catch(async (thrown: unknown) => {
      await this.leave();
      throw thrown;
    });
    const turn = takeTurn(this.own.shelf, vault.id).then((here) => this.show(here));
    await Promise.all([working, this.refresh(), turn]);
  }

  private openedAtDesk(answer: SessionAnswer & { person: Person }): void {
    const { person } = answer;
    this.takeFacts(answer);
    this.show({
      phase: "open",
      me: { person, device: null },
      areas: areasOf(person),
      server: "open",
      serverReason: null,
    });
  }

  private async serverOpened(answer: SessionAnswer & { person: Person }): Promise<void> {
    this.takeFacts(answer);
    this.show({ server: "open", serverReason: null });
    const { vault } = this;
    if (vault === null || vault.locked || vault.person.id !== answer.person.id) return;
    const now = this.own.effects.clock.now();
    await learn(vault, answer, now);
    this.show({ me: meOf(vault), areas: areasOf(vault.person) });
    await register(this.enrolment(), vault);
    const revoked = await isRevoked(this.own.http, vault);
    if (revoked !== null) await noteRevoked(vault, revoked, now);
    await this.refresh();
    this.events.serverOpen();
  }

  /** At boot: a person without a vault goes on where he was; one with a vault types his password. */
  private taken(answer: SessionAnswer | null): void {
    if (answer === null) return this.show({ server: "unreachable" });
    this.takeFacts(answer);
    const { person } = answer;
    if (person === null || this.vault !== null) return;
    if (!needsVault(person)) this.openedAtDesk({ ...answer, person });
  }

  private takeFacts({ bureau, limits, demo }: SessionAnswer): void {
    this.show({ bureauName: bureau.name, limits, demo });
    void this.own.shelf.keepFacts({ bureauName: bureau.name, limits }).catch(() => undefined);
  }

  /** He has logged out in another tab: it is nobody's turn here either. */
  private async leftElsewhere(): Promise<void> {
    await this.leave();
    this.show(await whoIsHere(this.own.shelf));
  }

  private async leave(): Promise<void> {
    this.stopGrant();
    const leaving = this.vault;
    try {
      await this.lockColleague();
      if (leaving !== null) await this.events.closing();
    } finally {
      // Whatever fails on the way out.
      this.vault = null;
      leaving?.lock();
      const { bureauName, limits, demo, vaultsHere, unlocks } = this.state.value;
      const kept = { bureauName, limits, demo, vaultsHere, unlocks };
      this.state.value = { ...CLOSED, phase: "signed_out", ...kept };
    }
  }

  private enrolment(): EnrolmentEffects {
    const { shelf, http, mark, label, effects } = this.own;
    return { shelf, http, mark, label, now: () => isoTime(effects.clock.now()) };
  }

  private entrance(): EntranceEffects {
    return { ...this.enrolment(), door: this.door, online: () => this.own.effects.wakes.online() };
  }

  private show(part: Partial<SessionState>): void {
    this.state.value = { ...this.state.value, ...part };
  }
}
