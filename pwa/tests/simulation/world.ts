/**
 * One seeded life of a bureau: phones, people, a line, a server, and everything that may happen to them, one step
 * after the other under one clock. Every decision comes from the seed.
 */
import type { OpenInspection } from "../../src/app/ports";
import { noLocks, SeededRandom, type FakeClock } from "../phone/effects";
import { BureauDied, type Bureau, type World as People } from "./bureau";
import { Dice } from "./dice";
import { Lead } from "./lead";
import { CALM, Line, ROUGH, type Weather } from "./line";
import { OldClient } from "./old-client";
import { Pending, SimPhone, type Person, type ProfileCopy } from "./sim-phone";
import { temperOf, type Happening, type Temper } from "./temper";

const WEATHERS: Weather[] = [CALM, ROUGH, ROUGH, { ...ROUGH, well: 20 }, { ...ROUGH, crash: 3 }];
const YEAR = 365 * 86_400_000;
const PATHS = ["HTL01", "HTL02", "HTL03", "HTL04"];
const VALUES = [
  "pass",
  "fail",
  "na",
  { unchecked: "锅炉房上锁" },
  { number: "12.5", unit: "kg" },
  "二楼东侧",
  null,
];

export class Life {
  readonly dice: Dice;
  readonly pending = new Pending();
  readonly diary: string[] = [];
  phones: SimPhone[] = [];
  people!: People;
  old!: OldClient;
  revoked = new Set<string>();
  restores = 0;
  private lead!: Lead;
  private doomed = 0;
  private readonly temper: Temper;

  constructor(
    readonly seed: number,
    readonly bureau: Bureau,
    readonly time: FakeClock,
  ) {
    this.dice = new Dice(seed);
    this.temper = temperOf(seed, this.dice);
  }

  /**
   * Three phones: one each, and one that both inspectors share; and one of the first inspector that was never updated.
   * The first three vaults are enrolled before the trouble begins, once for all lives; the others in the midst of it.
   */
  async begin(prepared: ProfileCopy[]): Promise<void> {
    this.people = this.bureau.world();
    this.lead = new Lead(this.bureau, this.people.password);
    const skews = [0, this.dice.pick([0, 400_000, -YEAR, YEAR]), this.dice.pick([0, -90_000])];
    this.phones = this.phonesWith(skews);
    for (const { line } of this.phones) line.weather = this.weather();
    for (const [at, copy] of prepared.entries()) await this.phones[at]!.lay(copy);
    const random = new SeededRandom(`old:${this.dice.below(2 ** 32)}`);
    const line = new Line(this.bureau, this.dice.child());
    const { password } = this.people;
    this.old = new OldClient(this.person("first"), line, password, random, () => this.time.now());
    if (this.dice.chance(0.5)) this.bureau.backup();
  }

  /** Enrols the first person of each phone; what comes out is what every life begins with. */
  async enrol(): Promise<ProfileCopy[]> {
    this.people = this.bureau.world();
    this.phones = this.phonesWith([0, 0, 0]);
    const copies: ProfileCopy[] = [];
    for (const phone of this.phones) {
      await phone.start(phone.people[0]!);
      await phone.app!.sync.now();
      await this.pending.quiet();
      copies.push(await phone.copy());
    }
    return copies;
  }

  private phonesWith(skews: number[]): SimPhone[] {
    const [first, second] = ["first", "second"].map((login) => this.person(login)) as [Person, Person];
    return [[first], [second], [first, second]].map((people, at) => {
      const { password } = this.people;
      const locks = at === 1 ? noLocks : null;
      const { bureau, dice, pending } = this;
      return new SimPhone(`phone${at}`, people, bureau, password, dice, pending, skews[at]!, locks);
    });
  }

  /** A line of the diary: what happened, and a digest of all that was said on the line until then. */
  note(what: string): void {
    this.diary.push(`${what} · ${this.bureau.traffic}`);
  }

  async live(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      const phone = this.dice.pick(this.phones);
      const happening = this.dice.weighted(this.temper.weights);
      this.note(`${step} ${phone.name} ${happening}`);
      if (this.doomed > 0) phone.doom(this.doomed);
      this.doomed = 0;
      await this.happen(phone, happening);
      await this.pending.quiet();
      phone.aftermath();
      if (phone.app?.sync.status.value.reason?.code === "unexpected")
        throw new Error(`${phone.name} met the unexpected`);
      await this.pass(this.dice.below(20_000));
    }
  }

  /** The line is good, everybody is in the office, and everything that waits is brought in. */
  async heal(): Promise<void> {
    if (this.dice.chance(0.2)) this.restore();
    Object.assign(this.old.line, { up: true, weather: CALM });
    for (let round = 0; round < 4 && (round === 0 || this.old.waits); round += 1) await this.old.sync();
    for (const phone of this.phones) {
      phone.line.up = true;
      phone.line.weather = CALM;
      for (const person of phone.people) {
        await phone.start(person);
        if (phone.app === null)
          throw new Error(`${phone.name} cannot be opened: ${phone.refusals.slice(-3).join()}`);
        await phone.app.sync.now();
        for (let round = 1; round < 6 && phone.waits; round += 1) {
          await this.pass(60_000);
          await phone.app.sync.now();
        }
        await phone.app.session.logout();
      }
    }
  }

  /** Once more, so that everybody has heard everybody. Leaves each phone open for its first person. */
  async gather(): Promise<void> {
    for (const person of [1, 0]) {
      for (const phone of this.phones) {
        const mine = phone.people[person];
        if (mine === undefined) continue;
        await phone.start(mine);
        await phone.app?.sync.now();
        await this.pass(1_000);
      }
    }
  }

  async pass(ms: number): Promise<void> {
    this.time.pass(ms);
    for (const phone of this.phones) phone.clock.pass(ms);
    await this.pending.quiet();
  }

  private person(login: string): Person {
    return this.people.people.find((one) => one.login === login)!;
  }

  private async happen(phone: SimPhone, happening: Happening): Promise<void> {
    try {
      await this.deeds[happening](phone);
    } catch (thrown) {
      // The lead's own request may meet a dying server; everything else is a fault.
      if (!(thrown instanceof BureauDied)) throw thrown;
    }
  }

  private readonly deeds: Record<Happening, (phone: SimPhone) => Promise<unknown>> = {
    answer: (phone) => this.write(phone, (at) => at.append(this.answer())),
    burst: (phone) =>
      this.write(phone, (at) =>
        Promise.all([this.answer(), this.answer(), this.answer()].map((one) => at.append(one))),
      ),
    row: (phone) => this.write(phone, (at) => at.appendAll(this.row(at))),
    finding: (phone) =>
      this.write(phone, (at) => {
        const value = {
          text: this.dice.pick(["未登记", "登记不全"]),
          corrected_on_site: this.dice.chance(0.5),
        };
        return at.append({ kind: "finding", path: this.dice.pick(PATHS), value });
      }),
    photo: (phone) =>
      this.write(phone, (at) =>
        at.putEvidence(this.dice.pick(PATHS), this.photo(), {
          purpose: "photo",
          media_type: "image/jpeg",
          source: "camera",
        }),
      ),
    withdraw: (phone) => this.withdraw(phone),
    agree: (phone) => this.agree(phone),
    comment: (phone) =>
      this.write(phone, (at) => at.append({ kind: "comment", path: "", value: { text: "已核对" } })),
    sync: async (phone) => {
      await (phone.app?.sync.now() ?? phone.start(this.dice.pick(phone.people)));
    },
    pass: () => this.pass(this.dice.pick([60_000, 600_000, 3_600_000, 7 * 3_600_000])),
    kill: async (phone) => {
      phone.kill();
      if (this.dice.chance(0.8)) await phone.start(this.dice.pick(phone.people));
    },
    doom: async () => {
      this.doomed = 1 + this.dice.below(12);
    },
    full: async (phone) => {
      phone.fill(1 + this.dice.below(3));
      await this.write(phone, (at) => at.append(this.answer()));
    },
    expire: async (phone) => {
      phone.line.forgetSession();
      this.bureau.expireUploads();
    },
    offline: async (phone) => {
      phone.line.up = false;
    },
    online: async (phone) => {
      phone.line.up = true;
    },
    weather: async (phone) => {
      phone.line.weather = this.weather();
    },
    drift: async (phone) => phone.line.drift(),
    colleague: (phone) => this.colleague(phone),
    secondTab: (phone) => this.secondTab(phone),
    submit: (phone) => this.submit(phone),
    finish: () => this.finish(),
    lead: () => this.decide(),
    killServer: async () => this.bureau.kill(),
    backup: async () => this.bureau.backup(),
    restore: async () => this.restore(),
    revoke: async (phone) => {
      const device = phone.app?.session.state.value.me?.device;
      if (device === undefined || device === null || this.revoked.size > 0) return;
      this.revoked.add(device);
      this.bureau.revoke(device);
    },
    clock: async (phone) =>
      phone.clock.set(phone.clock.now() + this.dice.pick([-YEAR, YEAR, -3_600_000, 3_600_000])),
    retry: async (phone) => {
      const { app } = phone;
      const items =
        app?.sync.status.value.items.filter(({ state }) => state === "refused" || state === "held") ?? [];
      if (app !== null && items.length > 0)
        await phone.attempt(() => app.sync.retry(this.dice.pick(items).id));
    },
    doomedSync: async (phone) => {
      phone.doom(1 + this.dice.below(25));
      await phone.app?.sync.now();
    },
    fullSync: async (phone) => {
      phone.fill(1, this.dice.below(25));
      await phone.app?.sync.now();
    },
    handOver: (phone) => this.handOver(phone),
    oldClient: () => this.oldClient(),
    copyProfile: (phone) => phone.keepCopy(),
    layOldCopy: (phone) => this.layOldCopy(phone),
  };

  private weather(): Weather {
    const { weather } = this.temper;
    return weather === null ? CALM : { ...this.dice.pick(WEATHERS), ...weather };
  }

  /** One phone gives another a file, as through a cable or a messenger: with photos, or small. */
  private async handOver(phone: SimPhone): Promise<void> {
    const { app } = phone;
    const other = this.dice.pick(this.phones.filter((one) => one !== phone));
    if (app === null || other.app === null) return;
    const to = other.app.session.state.value.me?.device;
    const known = await phone.attempt(() => app.files.readers());
    if (known === null || !known.some((reader) => reader.to === to)) return;
    const photos = this.dice.chance(0.7);
    const packed = await phone.attempt(() => app.files.pack({ to: to!, photos }));
    if (packed !== null) await other.attempt(() => other.app!.files.take(packed.file));
  }

  private async oldClient(): Promise<void> {
    const { old, dice } = this;
    const task = dice.pick(this.people.tasks);
    old.line.weather = dice.pick([CALM, ROUGH]);
    old.line.up = dice.chance(0.8);
    if (dice.chance(0.3)) old.photo(task, dice.pick(PATHS), new Uint8Array(this.photo()));
    else old.answer(task, dice.pick(PATHS), dice.pick(VALUES));
    if (dice.chance(0.6)) await this.pending.track(old.sync());
  }

  /**
   * The phone is put back to a copy made days ago. What only the newer profile had is gone, as the person was told;
   * what the server has is not, unless the server too is put back.
   */
  private async layOldCopy(phone: SimPhone): Promise<void> {
    if (!(await phone.layOldCopy())) return;
    const here = await phone.holds();
    const { entries, blobs } = this.bureau.dump();
    const kept = phone.promises.map((promise) => {
      const { entry, sha256 } = promise;
      if (here.has(entry.id) && (sha256 === null || here.has(sha256))) return promise;
      const there = entry.id in entries && (sha256 === null || blobs[sha256] === true);
      return there ? { ...promise, fragile: true } : null;
    });
    phone.promises = kept.filter((promise) => promise !== null);
    if (this.dice.chance(0.7)) await phone.start(this.dice.pick(phone.people));
  }

  /** Opens an inspection on the phone (unlocking it first if need be) and says something in it. */
  private async write(phone: SimPhone, deed: (at: OpenInspection) => Promise<unknown>): Promise<void> {
    if (phone.app === null) await phone.start(this.dice.pick(phone.people));
    const at = await phone.inspection(this.dice.pick(this.people.tasks));
    if (at === null) return;
    await phone.say(async () => [(await deed(at)) as never].flat());
    if (this.dice.chance(0.3)) at.close();
  }

  private answer(): { kind: "answer"; path: string; value: unknown } {
    return { kind: "answer", path: this.dice.pick(PATHS), value: this.dice.pick(VALUES) };
  }

  private row(at: OpenInspection): { kind: "row" | "answer"; path: string; value: unknown }[] {
    const key = this.dice.pick(["301", "302"]);
    const path = `HTL09/${at.rowId("HTL09", key)}`;
    if (this.dice.chance(0.25)) return [{ kind: "row", path, value: null }];
    return [
      { kind: "row", path, value: { order: this.dice.below(5), source: "catalogue", key } },
      { kind: "answer", path: `${path}/guest`, value: this.dice.pick(["孙丽华", "周敏", null]) },
    ];
  }

  private photo(): ArrayBuffer {
    const size = this.dice.pick([400, 3_000, 40_000, 200_000]);
    const bytes = new Uint8Array(size).map((_, at) => (at * 17 + size) % 251);
    bytes.set([0xff, 0xd8, 0xff, this.dice.below(256), this.dice.below(256), this.dice.below(4)]);
    return bytes.buffer;
  }

  private async withdraw(phone: SimPhone): Promise<void> {
    await this.write(phone, (at) => {
      const shown = Object.values(at.view.value.state.evidence).flat();
      if (shown.length === 0) return at.append(this.answer());
      const { id, path } = this.dice.pick(shown);
      return at.append({ kind: "withdraw", path, value: { reason: "拍到旅客" }, replaces: [id] });
    });
  }

  private async agree(phone: SimPhone): Promise<void> {
    await this.write(phone, (at) => {
      const { conflicts } = at.view.value;
      if (conflicts.length === 0) return at.append(this.answer());
      const { family, path, claims } = this.dice.pick(conflicts);
      const value = this.dice.pick(claims).value;
      const fits = family !== "row" || value === null || typeof value === "object";
      return at.append({ kind: family as "answer", path, value: fits ? value : null });
    });
  }

  private async colleague(phone: SimPhone): Promise<void> {
    const other = phone.people.find((person) => person !== phone.person);
    if (phone.app === null || other === undefined) return;
    const { app } = phone;
    const unlocked = await phone.attempt(() =>
      app.session.unlockColleague({ login: other.login, password: this.people.password }),
    );
    if (unlocked === null) return;
    const at = await phone.inspection(this.dice.pick(this.people.tasks));
    if (at !== null) {
      const said = await phone.say(() => at.append(this.answer(), { as: other.id }));
      for (const { id, author } of said) {
        const shown = at.view.value.entries.some((entry) => entry.id === id);
        if (author !== other.id || !shown)
          throw new Error(`${phone.name} does not show what the colleague said`);
      }
    }
    if (this.dice.chance(0.7)) await phone.attempt(() => app.session.lockColleague());
  }

  private async secondTab(phone: SimPhone): Promise<void> {
    const tab = phone.app === null ? null : await phone.secondTab();
    if (tab === null) return;
    const task = this.dice.pick(this.people.tasks);
    const [one, two] = [
      await phone.inspection(task),
      await phone.attempt(() => tab.work.openInspection(task)),
    ];
    if (one === null || two === null) return;
    await Promise.all([
      phone.say(() => one.append(this.answer())),
      phone.say(() => two.append(this.answer())),
      phone.attempt(() => tab.sync.now()),
    ]);
    await this.pending.quiet();
    await phone.attempt(() => tab.session.logout());
    if (phone.person !== null) await phone.start(phone.person);
  }

  private async submit(phone: SimPhone): Promise<void> {
    await this.write(phone, (at) => at.append(submission(at)));
  }

  /** Both sign on the shared phone with a good line; the lead signs off; perhaps a backup lets everybody forget. */
  private async finish(): Promise<void> {
    const phone = this.phones[2]!;
    const [first, second] = phone.people as [Person, Person];
    phone.line.up = true;
    phone.line.weather = CALM;
    await phone.start(first);
    await phone.app?.sync.now();
    const task = this.dice.pick(this.people.tasks);
    const at = await phone.inspection(task);
    if (at === null || phone.app === null) return;
    const { app } = phone;
    for (const { family, path, claims } of at.view.value.conflicts) {
      const value = claims[0]!.value;
      const fits = family !== "row" || value === null || typeof value === "object";
      await phone.say(() => at.append({ kind: family as "answer", path, value: fits ? value : null }));
    }
    const other = { login: second.login, password: this.people.password };
    if ((await phone.attempt(() => app.session.unlockColleague(other))) === null) return;
    for (const [role, as] of [
      ["party", first],
      ["inspector", first],
      ["inspector", second],
    ] as const) {
      await phone.say(() =>
        at.append({ kind: "sign", path: "", value: signature(role, as.name, at) }, { as: as.id }),
      );
    }
    await phone.say(() => at.append(submission(at)));
    await phone.attempt(() => app.session.lockColleague());
    await app.sync.now();
    const status = this.lead.decide(task, "sign-off", []);
    this.diary.push(`  finished ${status}`);
    if (this.dice.chance(0.7)) await this.pass(60_000);
    if (this.dice.chance(0.7)) this.bureau.backup();
    await this.pass(3_600_000);
    await app.sync.now();
    if (this.dice.chance(0.3)) this.restore();
  }

  /** The newest backup takes the server's place. */
  private restore(): void {
    if (!this.bureau.restore()) return;
    this.restores += 1;
    for (const each of this.phones) each.promises = each.promises.filter(({ fragile }) => !fragile);
  }

  private async decide(): Promise<void> {
    const task = this.dice.pick(this.people.tasks);
    const state = JSON.parse(this.bureau.dump().states[task]!) as { late: string[] };
    const decision = state.late.length > 0 ? "admit" : this.dice.pick(["return", "sign-off"] as const);
    const status = this.lead.decide(task, decision, state.late);
    this.diary.push(`  lead ${decision} ${status}`);
  }
}

function submission(at: OpenInspection): { kind: "submit"; path: string; value: unknown } {
  const { state, cover } = at.view.value;
  return { kind: "submit", path: "", value: { round: state.round, ...cover } };
}

function signature(role: "party" | "inspector", name: string, at: OpenInspection): unknown {
  const { cover } = at.view.value;
  return {
    role,
    signer: { name },
    ...cover,
    text_sha256: "a".repeat(64),
    evidence: null,
    refused: null,
    remarks: "",
  };
}
