/** One phone of the simulation: the app as it runs in a browser, over a profile that survives its deaths. */
import Dexie from "dexie";
import { IDBKeyRange } from "fake-indexeddb";
import { assemble } from "../../src/app/assemble";
import type { CapturePort, Effects, Locks, OpenInspection, Suicha } from "../../src/app/ports";
import type { Entry } from "../../src/core/journal";
import { codeOf } from "../../src/vault/refusal";
import { FakeClock, hashOf, NOON, Profile, SeededRandom } from "../phone/effects";
import type { Bureau } from "./bureau";
import { steadySigner, steadySubtle } from "./crypto";
import type { Dice } from "./dice";
import { Line } from "./line";
import { Mortal } from "./mortal";
import { copied } from "./profile-copy";

export interface Person {
  login: string;
  id: string;
  name: string;
}

/** What an app told its user: kept for the reckoning at the end. */
export interface Promise_ {
  entry: Entry;
  sha256: string | null;
  /** The phone has it no more (its profile was put back to an older copy): a server put back loses it too. */
  fragile: boolean;
}

/** What a vault has forgotten; `back` when it holds rows of it all the same. */
export interface Forgotten {
  inspection: string;
  device: string;
  seq: number;
  back: boolean;
}

/** A profile at rest. */
export interface ProfileCopy {
  databases: IDBFactory;
  marks: string[];
}

/** Tells the scheduler when a step is really over: nothing under way, and no turn of the loop asked for. */
export class Pending {
  private count = 0;

  track<T>(work: Promise<T>): Promise<T> {
    this.count += 1;
    return work.finally(() => (this.count -= 1));
  }

  async quiet(): Promise<void> {
    for (let calm = 0; calm < CALM_TURNS;) {
      await new Promise((turned) => realImmediate(turned));
      calm = this.count === 0 && turnsAsked === 0 ? calm + 1 : 0;
    }
  }
}

/** The fake IndexedDB asks for a turn per step of a transaction: none asked for means that none is under way. */
const realImmediate = globalThis.setImmediate;
const CALM_TURNS = 3;
let turnsAsked = 0;
globalThis.setImmediate = ((run: (...given: unknown[]) => void, ...given: unknown[]) => {
  turnsAsked += 1;
  return realImmediate(() => {
    turnsAsked -= 1;
    run(...given);
  });
}) as typeof setImmediate;

/** Codes that a person may meet in a bad moment; anything else is a fault of ours. */
const EXPECTED = new Set([
  "quota_full",
  "storage_lost",
  "storage_full",
  "vault_locked",
  "network_needed",
  "server_needed",
  "network_unreachable",
  "server_busy",
  "unknown_task",
  "not_prepared",
  "offline_grant_over",
  "not_writable",
  "wrong_password",
  "vault_gone",
  "not_stored",
  "colleague_not_enrolled",
  "signed_out",
  "packet_empty",
  "packet_sender_unknown",
]);

const VAULT = "suicha-vault-";

export class SimPhone {
  readonly line: Line;
  readonly clock = new FakeClock();
  promises: Promise_[] = [];
  /** A copy of the profile as a backup program keeps it. */
  private kept: ProfileCopy | null = null;
  readonly marks: string[] = [];
  readonly refusals: string[] = [];
  /** Times that the app ended in the midst of a write. */
  deaths = 0;
  /** An older copy of the profile has been in use: its chains may have two branches. */
  old = false;
  app: Suicha | null = null;
  person: Person | null = null;
  private mortal = new Mortal();
  private readonly profile: Profile;
  readonly random: SeededRandom;
  private readonly subtle: SubtleCrypto;

  constructor(
    readonly name: string,
    readonly people: Person[],
    bureau: Bureau,
    private readonly password: string,
    dice: Dice,
    readonly pending: Pending,
    skew: number,
    /** A browser whose locks do not work: the vault's own comparisons must do. */
    private readonly locks: Locks | null,
  ) {
    this.line = new Line(bureau, dice.child());
    this.profile = new Profile(name);
    this.random = new SeededRandom(`${name}:${dice.below(2 ** 32)}`);
    this.subtle = steadySubtle(this.random);
    this.clock.set(NOON + skew);
  }

  /** Starts the app and unlocks it for one of the phone's people; stays closed when that cannot be. */
  async start(person: Person): Promise<void> {
    this.kill();
    this.mortal = new Mortal();
    const app = this.tab(this.mortal);
    this.app = app;
    this.person = person;
    const opened = await this.attempt(async () => {
      await app.session.start();
      await app.session.login({ login: person.login, password: this.password });
      return true;
    });
    await this.pending.quiet();
    if (opened === null && app.session.state.value.phase !== "open") this.kill();
  }

  /** A second tab of the same profile, unlocked too; null when it cannot be. */
  async secondTab(): Promise<Suicha | null> {
    if (this.person === null) return null;
    const { login } = this.person;
    const tab = this.tab(new Mortal());
    return this.attempt(async () => {
      await tab.session.login({ login, password: this.password });
      return tab;
    });
  }

  /** SIGKILL: nothing of the running app reaches the disk or the line any more. */
  kill(): void {
    this.mortal.dead = true;
    this.app = null;
    this.person = null;
  }

  /** The profile as it lies on the disk; the app is closed for it. */
  async copy(): Promise<ProfileCopy> {
    this.kill();
    await this.pending.quiet();
    return { databases: await copied(this.profile.indexedDB as never), marks: [...this.marks] };
  }

  async lay({ databases, marks }: ProfileCopy): Promise<void> {
    this.kill();
    await this.pending.quiet();
    this.profile.indexedDB = (await copied(databases)) as never;
    this.marks.splice(0, Infinity, ...marks);
  }

  async keepCopy(): Promise<void> {
    this.kept = await this.copy();
  }

  /** The phone's owner puts the copy back. False: there is none. */
  async layOldCopy(): Promise<boolean> {
    if (this.kept === null) return false;
    await this.lay(this.kept);
    this.old = true;
    return true;
  }

  /** The next action dies at this write. */
  doom(writes: number): void {
    this.mortal.doom(writes);
  }

  /** So many writes find no room, after `spared` that do. */
  fill(writes: number, spared = 0): void {
    Object.assign(this.mortal, { full: writes, spared });
  }

  /** After an action: an app that died is cleared away. */
  aftermath(): void {
    this.mortal.spare();
    this.mortal.full = 0;
    if (!this.mortal.dead) return;
    if (this.app !== null) this.deaths += 1;
    this.kill();
  }

  /** Something is still to be brought in, as far as it ever can be. */
  get waits(): boolean {
    return this.app?.sync.status.value.items.some(({ state }) => state !== "held") ?? false;
  }

  async inspection(task: string): Promise<OpenInspection | null> {
    const { app } = this;
    return app === null ? null : this.attempt(() => app.work.openInspection(task));
  }

  /** What resolves is a promise to the user; what is refused with a known code is not. */
  async say(write: () => Promise<Entry | Entry[]>): Promise<Entry[]> {
    const mortal = this.mortal;
    const said = await this.attempt(write);
    if (said === null || mortal.dead) return [];
    const entries = Array.isArray(said) ? said : [said];
    for (const entry of entries) this.promises.push({ entry, sha256: hashIn(entry), fragile: false });
    return entries;
  }

  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    const mortal = this.mortal;
    try {
      return await this.pending.track(work());
    } catch (thrown) {
      const code = codeOf(thrown);
      if (mortal.dead || EXPECTED.has(code) || code.startsWith("upload_")) {
        this.refusals.push(code);
        return null;
      }
      throw thrown;
    }
  }

  /** Ids of the entries and hashes of the bytes that lie on this disk. */
  async holds(): Promise<Set<string>> {
    const held = new Set<string>();
    for (const db of await this.vaults()) {
      for (const table of ["entries", "blobs"])
        for (const key of await db.table(table).toCollection().primaryKeys()) held.add(key as string);
      db.close();
    }
    return held;
  }

  /** Device ids of the vaults in this profile. */
  async devices(): Promise<string[]> {
    const names = (await this.profile.indexedDB.databases()).map(({ name }) => name!);
    return names.filter((name) => name.startsWith(VAULT)).map((name) => name.slice(VAULT.length));
  }

  private async vaults(): Promise<Dexie[]> {
    const { indexedDB } = this.profile;
    const names = (await indexedDB.databases()).map(({ name }) => name!);
    return Promise.all(
      names
        .filter((name) => name.startsWith(VAULT))
        .map((name) => new Dexie(name, { indexedDB, IDBKeyRange }).open()),
    );
  }

  /** Inspections that a vault here has forgotten, and the number its chain there has come to. */
  async forgotten(): Promise<Forgotten[]> {
    const found: Forgotten[] = [];
    for (const db of await this.vaults()) {
      const chains: { inspection: string; seq: number; forgotten: number | null }[] = await db
        .table("chains")
        .toArray();
      const tasks = await db.table("tasks").toCollection().primaryKeys();
      const entries: { inspection: string }[] = await db.table("entries").toArray();
      const here = new Set([...tasks, ...entries.map(({ inspection }) => inspection)]);
      const device = db.name.slice(VAULT.length);
      for (const { inspection, seq, forgotten } of chains)
        if (forgotten !== null) found.push({ inspection, device, seq, back: here.has(inspection) });
      db.close();
    }
    return found;
  }

  private tab(mortal: Mortal): Suicha {
    const { pending } = this;
    const alive = (run: () => void) => (): void => {
      if (!mortal.dead) run();
    };
    const effects: Partial<Effects> = {
      clock: { now: () => this.clock.now(), after: (ms, run) => this.clock.after(ms, alive(run)) },
      random: this.random,
      subtle: this.subtle,
      signer: steadySigner,
      indexedDB: mortal.factory(this.profile.indexedDB) as never,
      fetch: (url, init) =>
        mortal.dead
          ? Promise.reject(new TypeError("the app is dead"))
          : pending.track(this.line.fetch(url, init)),
      hasher: { sha256: async (bytes) => hashOf(new Uint8Array(bytes)) },
      ...(this.locks === null ? {} : { locks: this.locks }),
    };
    return assemble(this.profile.tab(effects), {
      language: () => "zh-CN",
      mark: { read: () => this.marks, add: (device) => void this.marks.push(device) },
      label: this.name,
      browser: "ok",
      installed: true,
      capture: () => ({}) as CapturePort,
      sendFile: async () => true,
    });
  }
}

function hashIn({ kind, value }: Entry): string | null {
  return kind === "evidence" ? ((value as { sha256: string | null }).sha256 ?? null) : null;
}
