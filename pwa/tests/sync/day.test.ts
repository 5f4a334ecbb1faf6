import { beforeEach, describe, expect, it } from "vitest";
import type { OpenInspection, Suicha } from "../../src/app/ports";
import { HOTEL, LI, PASSWORD, PHOTO, taskOf, WANG } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer, problem, type Call } from "../phone/server";
import { FakeClock, hashOf, Profile } from "../phone/effects";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const FAIL = { ...PASS, value: "fail" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;
const HASH = hashOf(new Uint8Array(PHOTO));

let server: FakeServer;
let phone: Phone;
let app: Suicha;

function bureau(): FakeServer {
  const made = new FakeServer(new FakeClock());
  made.employ(LI, PASSWORD);
  made.employ(WANG, PASSWORD);
  made.assign(taskOf());
  return made;
}

async function open(at: Suicha = app): Promise<OpenInspection> {
  return at.work.openInspection(HOTEL);
}

/** Everything of the outbox, for a look from outside. */
function waiting(at: Suicha = app): string[] {
  return at.sync.status.value.items.map(({ what, state, reason }) =>
    [what, state, reason?.code].filter(Boolean).join(" "),
  );
}

beforeEach(async () => {
  server = bureau();
  phone = new Phone(server, "li");
  app = phone.start();
  await app.session.start();
  await phone.login(app, LI);
});

describe("a day at the hotel", () => {
  it("prepares offline work at the office, and the card says so", () => {
    expect(app.work.tasks.value).toMatchObject([
      { task: { id: HOTEL }, prepared: true, phase: "not_started", waiting: 0 },
    ]);
    expect(server.devices.size).toBe(1);
    expect([...server.devices.values()][0]!.wrapped_key).toContain("ECDH-ES");
  });

  it("works with the network off and brings everything when it is back", async () => {
    const inspection = await open();
    phone.offline();
    await inspection.append(PASS);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    expect(inspection.saved.value.state).toBe("saved");
    expect(inspection.view.value.waiting).toEqual({ entries: 2, photos: 1 });
    await app.sync.now();
    expect(app.sync.status.value).toMatchObject({ network: "offline", waiting: { entries: 2, photos: 1 } });
    phone.online();
    await app.sync.now();
    expect(app.sync.status.value).toMatchObject({
      network: "online",
      waiting: { entries: 0, photos: 0 },
      items: [],
    });
    expect(server.entries.size).toBe(2);
    expect(hashOf(server.blobs.get(HASH)!)).toBe(HASH);
  });

  it("goes on after a kill where it stopped, with one password and no network", async () => {
    const before = await open();
    phone.offline();
    await before.append(PASS);
    await before.saveDraft("HTL02", "门厅登记台无");
    await app.place.remember("/inspect/1/s/opening");
    const again = phone.start();
    await again.session.start();
    await again.session.login({ login: LI.login, password: PASSWORD });
    expect(await again.place.last()).toBe("/inspect/1/s/opening");
    const after = await open(again);
    expect(after.view.value.state.answers["HTL01"]?.value).toBe("pass");
    expect(await after.drafts()).toEqual({ HTL02: "门厅登记台无" });
  });

  it("sends at the first asking after unlocking, however long the bureau takes to open its session", async () => {
    phone.offline();
    await (await open()).append(PASS);
    phone.profile.fetch = server.fetch;
    await app.session.logout();
    phone.online();
    let letIn = (): void => undefined;
    const checked = new Promise<void>((done) => (letIn = done));
    phone.profile.fetch = async (url, init) => {
      if (init?.method === "POST" && url.endsWith("/api/session")) await checked;
      return server.fetch(url, init);
    };
    await app.session.login({ login: LI.login, password: PASSWORD });
    const round = app.sync.now();
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    letIn();
    expect(await round).toMatchObject({ needsLogin: false, waiting: { entries: 0 } });
    expect(server.entries.size).toBe(1);
  });

  it("shows two inspectors on two phones each other's answers, and their conflict with names", async () => {
    const wangs = new Phone(server, "wang");
    const other = wangs.start();
    await other.session.start();
    await wangs.login(other, WANG);
    const [mine, hers] = [await open(), await open(other)];
    await mine.append(PASS);
    await hers.append(FAIL);
    server.signIn(LI);
    await app.sync.now();
    server.signIn(WANG);
    await other.sync.now();
    server.signIn(LI);
    await app.sync.now();
    const conflict = mine.view.value.conflicts[0]!;
    expect(conflict.claims.map(({ authorName, value, mine: own }) => ({ authorName, value, own }))).toEqual(
      expect.arrayContaining([
        { authorName: LI.name, value: "pass", own: true },
        { authorName: WANG.name, value: "fail", own: false },
      ]),
    );
    expect(hers.view.value.conflicts).toHaveLength(1);
    await mine.append(FAIL);
    expect(mine.view.value.conflicts).toEqual([]);
    expect(mine.view.value.partners).toMatchObject([{ name: WANG.name, lastSeq: 1 }]);
  });

  it("brings the colleague's answer within a quarter of a minute while the inspection is open, and asks little", async () => {
    const wangs = new Phone(server, "wang");
    const other = wangs.start();
    await other.session.start();
    await wangs.login(other, WANG);
    await (await open(other)).append(FAIL);
    await other.sync.now();
    server.signIn(LI);
    const mine = await open();
    await app.sync.now();
    const calls: string[] = [];
    server.line = ({ method, path }) => {
      calls.push(`${method} ${path.split("?")[0]}`);
      return "well";
    };
    expect(mine.entry(mine.view.value.state.answers["HTL01"]!.heads[0]!)!.author).toBe(WANG.id);

    server.signIn(WANG);
    await (await open(other)).append(PASS);
    await other.sync.now();
    server.signIn(LI);
    calls.length = 0;
    phone.profile.clock.pass(14_000);
    await expect.poll(() => mine.view.value.state.answers["HTL01"]!.value).toBe("pass");
    expect(calls).toEqual(["GET /api/sync/pull"]);
  });

  it("asks rarely on a line that is to be spared, out of sight, or when no inspection is open", async () => {
    const inspection = await open();
    const rest = async (): Promise<number> => {
      await app.sync.now();
      return Date.parse(app.sync.status.value.nextTry!) - phone.profile.clock.now();
    };
    expect(await rest()).toBeLessThanOrEqual(14_000);
    phone.profile.wakes.thrifty = true;
    expect(await rest()).toBeGreaterThanOrEqual(60_000);
    phone.profile.wakes.thrifty = false;
    phone.profile.wakes.go("hidden");
    expect(await rest()).toBeGreaterThanOrEqual(60_000);
    phone.profile.wakes.go("visible");
    expect(await rest()).toBeLessThanOrEqual(14_000);
    inspection.close();
    expect(await rest()).toBeGreaterThanOrEqual(60_000);
  });

  it("lets a colleague sign on this phone with his own vault, without network", async () => {
    const hers = phone.start();
    await hers.session.start();
    await phone.login(hers, WANG);
    await hers.session.logout();
    server.signIn(LI);
    const inspection = await open();
    phone.offline();
    await inspection.append(PASS);
    await app.session.unlockColleague({ login: WANG.login, password: PASSWORD });
    expect(inspection.view.value.writers.map(({ name }) => name)).toEqual([LI.name, WANG.name]);
    const said = await inspection.append(
      { kind: "comment", path: "", value: { text: "已阅，无异议" } },
      { as: WANG.id },
    );
    expect(said.author).toBe(WANG.id);
    expect(said.device).not.toBe(inspection.view.value.writers[0]!.device);
    expect(inspection.view.value.state.comments.map(({ author }) => author)).toEqual([WANG.id]);
    await app.session.lockColleague();
    phone.online();
    await app.sync.now();
    expect([...server.entries.values()].map(({ author }) => author).sort()).toEqual([LI.id, WANG.id]);
    const later = phone.start();
    await later.session.login({ login: WANG.login, password: PASSWORD });
    expect((await open(later)).view.value.state.answers["HTL01"]?.value).toBe("pass");
  });
});

describe("a line that fails", () => {
  it("loses the answer, and nothing is there twice", async () => {
    const inspection = await open();
    await inspection.append(PASS);
    server.line = ({ path }) => (path === "/api/sync/push" ? "answer_lost" : "well");
    await app.sync.now();
    expect(app.sync.status.value.network).toBe("unreachable");
    expect(waiting()).toEqual(["entry queued"]);
    server.line = () => "well";
    await app.sync.now();
    expect(waiting()).toEqual([]);
    expect(server.entries.size).toBe(1);
  });

  it("cuts every chunk of a photo once, and little goes twice", async () => {
    const again = phone.start();
    await phone.login(again, LI);
    const inspection = await open(again);
    const big = new Uint8Array(700_000).map((_, at) => (at * 31) % 253).buffer;
    await inspection.putEvidence("HTL01", big, photo);
    let [cuts, onTheWire, tried] = [0, 0, 0];
    server.line = ({ headers, body }: Call) => {
      if (headers["Content-Type"] !== "application/offset+octet-stream") return "well";
      const half = Math.floor(body.byteLength / 2);
      const whole = (tried += 1) % 2 === 0;
      onTheWire += whole ? body.byteLength : half;
      if (!whole) cuts += 1;
      return whole ? "well" : { cutAfter: half };
    };
    do await again.sync.now();
    while (again.sync.status.value.waiting.photos > 0);
    expect(cuts).toBeGreaterThan(2);
    expect(server.blobs.get(hashOf(new Uint8Array(big)))).toEqual(new Uint8Array(big));
    expect(onTheWire).toBeLessThanOrEqual(big.byteLength * 1.1);
  }, 30_000);

  it("waits as long as the server asks", async () => {
    const inspection = await open();
    await inspection.append(PASS);
    server.line = ({ path }) =>
      path === "/api/sync/push"
        ? { answer: problem(503, "busy", "服务器繁忙，请稍候。", { "Retry-After": "120" }) }
        : "well";
    await app.sync.now();
    const { reason, nextTry } = app.sync.status.value;
    expect(reason).toEqual({ code: "busy", sentence: "服务器繁忙，请稍候。" });
    expect(Date.parse(nextTry!) - phone.profile.clock.now()).toBeGreaterThanOrEqual(120_000);
  });
});

describe("one bad thing among many", () => {
  it("that the server cannot take at all is set aside with its sentence, the rest goes through", async () => {
    const inspection = await open();
    for (let n = 1; n <= 9; n += 1) await inspection.append({ ...PASS, path: `HTL0${n}` });
    await inspection.append({ ...PASS, path: "POISON1" });
    for (let n = 1; n <= 9; n += 1) await inspection.append({ ...PASS, path: `HTL1${n}` });
    await app.sync.now();
    expect(server.entries.size).toBe(18);
    expect(app.sync.status.value.items).toMatchObject([
      {
        path: "POISON1",
        state: "refused",
        reason: { code: "invalid_input", sentence: "有一条内容无法识别。" },
      },
    ]);
  });

  it("held or refused keeps its reason through a kill and goes again when asked", async () => {
    const inspection = await open();
    const [held, refused] = [
      await inspection.append(PASS),
      await inspection.append({ ...PASS, path: "HTL02" }),
    ];
    server.verdicts.set(held.id, {
      status: "held",
      code: "entry_late",
      detail: "本轮已收齐，此条另存待复核。",
    });
    server.verdicts.set(refused.id, { status: "refused", code: "not_yours", detail: "此任务不属于您。" });
    await app.sync.now();
    const again = phone.start();
    await phone.login(again, LI);
    expect(waiting(again)).toEqual(["entry refused not_yours", "entry held entry_late"]);
    expect(again.sync.status.value.waiting).toMatchObject({ held: 1, refused: 1, entries: 0 });
    server.verdicts.delete(refused.id);
    await again.sync.retry(refused.id);
    await again.sync.now();
    expect(waiting(again)).toEqual(["entry held entry_late"]);
    server.verdicts.clear();
    await server.says(HOTEL, "admit", { ids: [held.id], reason: "当日补录" });
    await again.sync.now();
    await again.sync.now();
    expect(waiting(again)).toEqual([]);
  });

  it("photo the server will not have does not keep the next one back", async () => {
    const inspection = await open();
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await inspection.putEvidence("HTL02", new Uint8Array(900).fill(3).buffer, photo);
    let first = true;
    server.line = ({ method, path }) => {
      if (method !== "POST" || !path.endsWith("/uploads") || !first) return "well";
      first = false;
      return { answer: problem(415, "not_an_image", "这不是照片。") };
    };
    await app.sync.now();
    expect(waiting()).toEqual(["photo refused not_an_image"]);
    expect(server.blobs.size).toBe(1);
  });

  it("photo whose bytes are damaged here is told, and the others go", async () => {
    const inspection = await open();
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await inspection.append(PASS);
    const { indexedDB } = phone.profile;
    const name = (await indexedDB.databases())
      .map((db) => db.name!)
      .find((db) => db.startsWith("suicha-vault"))!;
    await new Promise<void>((done) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const clearing = opening.result.transaction("blobs", "readwrite");
        clearing.objectStore("blobs").clear();
        clearing.oncomplete = () => {
          opening.result.close();
          done();
        };
      };
    });
    await app.sync.now();
    expect(waiting()).toEqual(["photo refused missing_here"]);
    expect(server.entries.size).toBe(2);
  });
});

describe("a session that ends in mid-inspection", () => {
  it("stops the sync, not the work; the password brings it back", async () => {
    const inspection = await open();
    server.endSession();
    await inspection.append(PASS);
    await app.sync.now();
    expect(app.sync.status.value).toMatchObject({ needsLogin: true, reason: { code: "login_needed" } });
    expect(app.session.state.value.server).toBe("expired");
    await inspection.append({ ...PASS, path: "HTL02" });
    await expect(app.session.relogin("wrong")).rejects.toMatchObject({ code: "wrong_password" });
    await app.session.relogin(PASSWORD);
    await app.sync.now();
    expect(server.entries.size).toBe(2);
    expect(app.sync.status.value.needsLogin).toBe(false);
  });

  it("that belongs to somebody else now sends nothing in his name", async () => {
    const inspection = await open();
    server.endSession();
    await inspection.append(PASS);
    await app.sync.now();
    server.signIn(WANG);
    await app.sync.now();
    expect(app.sync.status.value).toMatchObject({ needsLogin: true, reason: { code: "other_person" } });
    expect(server.entries.size).toBe(0);
  });

  it("with a password changed at the bureau: the old one opens the vault, the new one is taken", async () => {
    await (await open()).append(PASS);
    server.employ(LI, "neu-2026-sun");
    server.endSession();
    const again = phone.start();
    await again.session.start();
    await expect(again.session.login({ login: LI.login, password: "neu-2026-sun" })).rejects.toMatchObject({
      code: "vault_has_old_password",
    });
    await again.session.login({ login: LI.login, password: "neu-2026-sun", oldPassword: PASSWORD });
    expect((await open(again)).view.value.entries).toHaveLength(1);
    await again.session.logout();
    const third = phone.start();
    await third.session.login({ login: LI.login, password: "neu-2026-sun" });
    expect(third.session.state.value.phase).toBe("open");
  });

  it("with a password changed on the phone: the vault takes it with the bureau, and nothing waits elsewhere", async () => {
    await (await open()).append(PASS);
    const change = { password: PASSWORD, newPassword: "neu-2026-sun" };
    await expect(app.session.changePassword({ ...change, password: "falsch" })).rejects.toMatchObject({
      code: "wrong_password",
    });
    await app.session.changePassword(change);
    await app.session.logout();
    await expect(app.session.login({ login: LI.login, password: PASSWORD })).rejects.toMatchObject({
      code: "wrong_password",
    });
    phone.profile.clock.pass(900_000);
    phone.offline();
    await app.session.login({ login: LI.login, password: change.newPassword });
    expect((await open()).view.value.entries).toHaveLength(1);
  });

  it("with a new password whose answer is lost: the next login takes it, and the vault opens", async () => {
    await (await open()).append(PASS);
    server.line = ({ path }) => (path === "/api/session/password" ? "answer_lost" : "well");
    const newPassword = "neu-2026-sun";
    await expect(app.session.changePassword({ password: PASSWORD, newPassword })).rejects.toMatchObject({
      code: "network_unreachable",
    });
    await app.session.logout();
    await expect(app.session.login({ login: LI.login, password: newPassword })).rejects.toMatchObject({
      code: "vault_has_old_password",
    });
    await app.session.login({ login: LI.login, password: newPassword, oldPassword: PASSWORD });
    expect((await open()).view.value.entries).toHaveLength(1);
  });

  it("logging out keeps everything and says what waits", async () => {
    phone.offline();
    await (await open()).append(PASS);
    expect(await app.session.logout()).toEqual({ waiting: 1 });
    expect(app.session.state.value.phase).toBe("signed_out");
    await expect(open()).rejects.toMatchObject({ code: "vault_locked" });
    await app.session.login({ login: LI.login, password: PASSWORD });
    expect((await open()).view.value.entries).toHaveLength(1);
  });
});

describe("the server", () => {
  it("restored from an old backup gets everything again that lies here", async () => {
    const inspection = await open();
    await inspection.append(PASS);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await app.sync.now();
    server.restore(() => false);
    await app.sync.now();
    await app.sync.now();
    expect(server.entries.size).toBe(2);
    expect(server.blobs.has(HASH)).toBe(true);
    expect(app.session.state.value.notices.map(({ code }) => code)).toEqual(["epoch_changed"]);
  });

  it("that says it has everything lets the phone forget, and nothing purged comes back", async () => {
    const inspection = await open();
    const { device } = await inspection.append(PASS);
    await inspection.append({
      kind: "submit",
      path: "",
      value: { round: 1, ...inspection.view.value.cover },
    });
    await app.sync.now();
    await server.receive(HOTEL);
    const { covers } = [...server.entries.values()].find(({ kind }) => kind === "received")!.value as {
      covers: object;
    };
    await server.says(HOTEL, "sign", {
      role: "lead",
      signer: { name: "周立" },
      covers: {
        ...covers,
        server: [1, [...server.entries.values()].find(({ kind }) => kind === "received")!.id],
      },
      text_sha256: "a".repeat(64),
      evidence: null,
      refused: null,
      remarks: "",
    } as never);
    await app.sync.now();
    expect(inspection.view.value.state.phase).toBe("signed_off");
    expect(app.work.tasks.value).toHaveLength(1);
    server.mayForget = true;
    phone.profile.clock.pass(3_600_000);
    inspection.close();
    await app.sync.now();
    expect(app.work.tasks.value).toEqual([]);
    await app.sync.now();
    expect(app.work.tasks.value).toEqual([]);
    expect(device).toBeTruthy();
  });

  it("that lacks a photo it once confirmed gets it again, and the phone does not forget", async () => {
    const inspection = await open();
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await inspection.append({
      kind: "submit",
      path: "",
      value: { round: 1, ...inspection.view.value.cover },
    });
    await app.sync.now();
    server.blobs.clear();
    server.mayForget = true;
    phone.profile.clock.pass(3_600_000);
    await app.sync.now();
    expect(app.work.tasks.value).toHaveLength(1);
    await app.sync.now();
    expect(server.blobs.has(HASH)).toBe(true);
  });

  it("whose clock differs is believed about the hour, and the person is told", async () => {
    server.offset = 365 * 86_400_000;
    await app.sync.now();
    const entry = await (await open()).append(PASS);
    expect(entry.skew_ms).toBe(365 * 86_400_000);
    expect(app.session.state.value.notices).toMatchObject([{ code: "clock_wrong" }]);
  });
});

describe("the phone itself", () => {
  it("whose vault was thrown away by the browser tells its owner", async () => {
    await (await open()).append(PASS);
    phone.profile.indexedDB = new Profile().indexedDB;
    const again = phone.start();
    await phone.login(again, LI);
    expect(again.session.state.value.notices).toMatchObject([
      { code: "vault_gone", params: { label: "Android 12 · Chrome 126" } },
    ]);
    expect([...server.lost]).toEqual([app.session.state.value.me!.device]);
  });

  it("syncs in one tab at a time, and the other says so", async () => {
    const second = phone.start();
    await phone.login(second, LI);
    await (await open()).append(PASS);
    await Promise.all([app.sync.now(), second.sync.now()]);
    expect([app, second].filter((one) => one.sync.status.value.elsewhere)).toHaveLength(1);
    expect(server.calls.filter(({ path }) => path === "/api/sync/push")).toHaveLength(1);
    expect(server.entries.size).toBe(1);
  });

  it("shows in the second tab what the first one wrote", async () => {
    const second = phone.start();
    await phone.login(second, LI);
    const [one, two] = [await open(), await open(second)];
    await one.append(PASS);
    await expect.poll(() => two.view.value.state.answers["HTL01"]?.value).toBe("pass");
    await two.append(FAIL);
    await expect.poll(() => one.view.value.state.answers["HTL01"]?.value).toBe("fail");
    expect(one.view.value.state.flags).toEqual([]);
  });

  it("syncs by itself after a save, without a tap", async () => {
    await (await open()).append(PASS);
    expect(server.entries.size).toBe(0);
    phone.profile.clock.pass(2_000);
    await expect.poll(() => server.entries.size).toBe(1);
  });

  it("stops photos when it is nearly full, and text still saves", async () => {
    const inspection = await open();
    phone.profile.disk.room = { usage: 950, quota: 1000 };
    await expect(inspection.putEvidence("HTL01", PHOTO, photo)).rejects.toMatchObject({
      code: "storage_full",
    });
    expect(inspection.saved.value.state).toBe("failed");
    await inspection.append(PASS);
    expect(inspection.saved.value.state).toBe("saved");
  });

  it("opens no new inspection when the offline grant is over; the open one can be finished", async () => {
    const inspection = await open();
    await inspection.append(PASS);
    phone.offline();
    phone.profile.clock.pass(73 * 3_600_000);
    const again = phone.start();
    await again.session.start();
    await again.session.login({ login: LI.login, password: PASSWORD });
    expect(again.session.state.value.offlineExpired).toBe(true);
    await expect((await open(again)).append(FAIL)).resolves.toBeDefined();
    const fresh = new Phone(server, "wang");
    const hers = fresh.start();
    await fresh.login(hers, WANG);
    fresh.offline();
    fresh.profile.clock.pass(73 * 3_600_000);
    const later = fresh.start();
    await later.session.login({ login: WANG.login, password: PASSWORD });
    await expect(open(later)).rejects.toMatchObject({ code: "offline_grant_over" });
  });
});
