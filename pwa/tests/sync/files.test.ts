import { beforeEach, describe, expect, it } from "vitest";
import type { Suicha } from "../../src/app/ports";
import { readPacket } from "../../src/vault/packet";
import { FakeClock, hashOf, subtle } from "../phone/effects";
import { HOTEL, LI, office, PASSWORD, PHOTO, taskOf, WANG } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;
const HASH = hashOf(new Uint8Array(PHOTO));

let server: FakeServer;
let lis: Phone;
let wangs: Phone;
let li: Suicha;
let wang: Suicha;

const deviceOf = (app: Suicha): string => app.session.state.value.me!.device!;

beforeEach(async () => {
  server = new FakeServer(new FakeClock());
  for (const person of [LI, WANG]) server.employ(person, PASSWORD);
  server.assign(taskOf());
  [lis, wangs] = [new Phone(server, "li"), new Phone(server, "wang")];
  [li, wang] = [lis.start(), wangs.start()];
  await lis.login(li, LI);
  await wangs.login(wang, WANG);
  server.signIn(LI);
  await li.sync.now(); // Li's phone learns Wang's key
  lis.offline();
  wangs.offline();
});

describe("in a cellar without any line", () => {
  it("one phone gives the other answers and photos in a file, with proof", async () => {
    const mine = await li.work.openInspection(HOTEL);
    await mine.append(PASS);
    await mine.putEvidence("HTL01", PHOTO, photo);
    const packed = await li.files.pack({ to: deviceOf(wang), photos: true });
    expect(packed).toMatchObject({ entries: 2, evidence: 1 });
    expect(packed.file.name).toMatch(/^suicha-20261122T1200-.{6}\.suicha$/);
    expect(await wang.files.take(packed.file)).toEqual({
      from: LI.name,
      entries: 2,
      evidence: 1,
      tasks: 0,
      confirmed: 0,
      missing: 0,
    });
    expect(await wang.files.take(packed.file)).toMatchObject({ entries: 0, evidence: 0 });
    const hers = await wang.work.openInspection(HOTEL);
    expect(hers.view.value.state.answers["HTL01"]?.value).toBe("pass");
    expect(hashOf(new Uint8Array((await hers.evidence(HASH))!.bytes))).toBe(HASH);
    // Li's phone falls into the river; hers brings everything.
    server.signIn(WANG);
    wangs.online();
    await wang.sync.now();
    expect([...server.entries.values()].map(({ author }) => author)).toEqual([LI.id, LI.id]);
    expect(server.blobs.has(HASH)).toBe(true);
  });

  it("says plainly that it does not know a phone whose key never reached it", async () => {
    await (await wang.work.openInspection(HOTEL)).append(PASS);
    await expect(
      wang.files.pack({ to: "01930000-0000-7000-8000-00000000dead", photos: false }),
    ).rejects.toMatchObject({
      code: "packet_reader_unknown",
    });
    await expect(li.files.pack({ to: "server", photos: true })).rejects.toMatchObject({
      code: "packet_empty",
    });
    expect((await li.files.readers()).map(({ name }) => name)).toEqual(["叶县公安局", WANG.name]);
  });
});

describe("by cable to the bureau", () => {
  it("goes what a push and the uploads would bring, readable there only", async () => {
    const mine = await li.work.openInspection(HOTEL);
    await mine.append({
      kind: "finding",
      path: "HTL01",
      value: { text: "未登记旅客孙丽华", corrected_on_site: true },
    });
    await mine.putEvidence("HTL01", PHOTO, photo);
    const { file } = await li.files.pack({ to: "server", photos: true });
    expect(await file.text()).not.toContain("孙丽华");
    const own = { id: "server", key: office.privateKey };
    const sender = (from: string): JsonWebKey => server.devices.get(from)!.public_key;
    const packet = await readPacket({ subtle, own, sender }, file);
    const part = await packet.json<{
      inspections: { entries: { value: unknown }[] }[];
      evidence: { value: { sha256: string } }[];
    }>(0);
    expect(JSON.stringify(part.inspections)).toContain("孙丽华");
    expect(part.evidence.map(({ value }) => value.sha256)).toEqual([HASH]);
    expect(hashOf(new Uint8Array(await packet.part(1)))).toBe(HASH);
  });

  it("comes the receipt, and with it new tasks", async () => {
    const mine = await li.work.openInspection(HOTEL);
    const [one, two] = [await mine.append(PASS), await mine.append({ ...PASS, path: "HTL02" })];
    await mine.putEvidence("HTL01", PHOTO, photo);
    const second = "01930000-0000-7000-8000-0000000000b2";
    server.assign(taskOf(second));
    const file = await server.file(deviceOf(li), {
      outcomes: [
        { id: one.id, status: "accepted", code: null, detail: null },
        { id: two.id, status: "held", code: "late", detail: "迟到，等待大队负责人决定。" },
      ],
      evidence: [{ inspection: HOTEL, sha256: HASH }],
    });
    expect(await li.files.take(file)).toMatchObject({ from: "叶县公安局", tasks: 2, confirmed: 2 });
    expect(li.work.tasks.value.map(({ task }) => task.id).sort()).toEqual([HOTEL, second].sort());
    await expect
      .poll(() => li.sync.status.value.items.map(({ what, state }) => `${what} ${state}`))
      .toEqual(["entry held", "entry queued"]);
  });

  it("comes the manifest: what is stored and signed off is forgotten, a late entry does not keep it", async () => {
    const mine = await li.work.openInspection(HOTEL);
    const one = await mine.append(PASS);
    await mine.putEvidence("HTL01", PHOTO, photo);
    lis.online();
    await li.sync.now();
    await server.receive(HOTEL);
    await li.sync.now();
    const again = await li.work.openInspection(HOTEL);
    const late = await again.append({ kind: "comment", path: "", value: { text: "迟到的说明" } });
    lis.offline();
    const said = [...server.entries.values()].map(({ id }) => id);
    const stored = { inspection: HOTEL, evidence: [{ sha256: HASH, state: "stored" as const }] };
    const held = [
      { id: late.id, status: "held" as const, code: "late", detail: "迟到，等待大队负责人决定。" },
    ];
    const bring = async (entries: string[], may_forget: boolean): Promise<void> => {
      const manifests = [{ ...stored, entries, may_forget, reason: null }];
      await li.files.take(await server.file(deviceOf(li), { outcomes: held, evidence: [], manifests }));
    };
    const kept = (): boolean => li.work.tasks.value.some(({ task }) => task.id === HOTEL);
    await bring([...said, late.id], false);
    expect(kept()).toBe(true);
    await bring(said, true);
    expect(kept()).toBe(true);
    expect(one.id).toBeDefined();
    await li.files.take(await server.file(deviceOf(li), { outcomes: held, evidence: [] }));
    await bring([...said, late.id], true);
    await expect.poll(kept).toBe(false);
  });

  it("comes word that a photo was erased, and it leaves this phone", async () => {
    const mine = await li.work.openInspection(HOTEL);
    await mine.putEvidence("HTL01", PHOTO, photo);
    expect(await mine.evidence(HASH)).not.toBeNull();
    server.erased.add(HASH);
    await li.files.take(await server.file(deviceOf(li), { outcomes: [], evidence: [] }));
    const stillHere = (await li.work.openInspection(HOTEL)).evidence(HASH).then((found) => found !== null);
    await expect(stillHere.catch(() => false)).resolves.toBe(false);
    expect(li.sync.status.value.waiting.photos).toBe(0);
    const told = { [HASH]: { erased_at: "2026-11-22T04:30:00.000Z", reason: "误拍旅客" } };
    expect(mine.view.value.erased, "the open inspection says when and why").toEqual(told);
  });

  it("an older file takes no newer word back", async () => {
    const old = await server.file(deviceOf(li), { outcomes: [], evidence: [] });
    server.assign({ ...taskOf(), number: "叶公随查〔2026〕第18号" });
    server.signIn(LI);
    lis.online();
    await li.sync.now();
    await li.files.take(old);
    expect(li.work.tasks.value.map(({ task }) => task.number)).toEqual(["叶公随查〔2026〕第18号"]);
  });

  it("a file from before the server was restored confirms nothing that it has lost", async () => {
    const entry = await (await li.work.openInspection(HOTEL)).append(PASS);
    server.signIn(LI);
    lis.online();
    await li.sync.now();
    const outcomes = [{ id: entry.id, status: "accepted" as const, code: null, detail: null }];
    const old = await server.file(deviceOf(li), { outcomes, evidence: [] });
    server.restore(() => false);
    server.line = ({ path }) => (path === "/api/sync/push" ? "lost" : "well");
    await li.sync.now();
    expect(await li.files.take(old)).toMatchObject({ confirmed: 0 });
    server.line = () => "well";
    await li.sync.now();
    expect(server.entries.size).toBe(1);
  });

  it("a fresh file renews the offline grant", async () => {
    lis.profile.clock.pass(73 * 3_600_000);
    const late = lis.start();
    await late.session.login({ login: LI.login, password: PASSWORD });
    await expect(late.work.openInspection(HOTEL)).rejects.toMatchObject({ code: "offline_grant_over" });
    server.offset = 73 * 3_600_000;
    await late.files.take(await server.file(deviceOf(late), { outcomes: [], evidence: [] }));
    const again = lis.start();
    await again.session.login({ login: LI.login, password: PASSWORD });
    await expect(again.work.openInspection(HOTEL)).resolves.toBeDefined();
  });
});

describe("a file that is not right", () => {
  async function packed(): Promise<Uint8Array<ArrayBuffer>> {
    await (await li.work.openInspection(HOTEL)).append(PASS);
    const { file } = await li.files.pack({ to: deviceOf(wang), photos: false });
    return new Uint8Array(await file.arrayBuffer());
  }

  it("cut anywhere, or with any byte changed, is refused and leaves nothing behind", async () => {
    const whole = await packed();
    for (let at = 0; at < whole.length; at += 23) {
      const changed = whole.slice();
      changed[at]! ^= 0x20;
      await expect(wang.files.take(new Blob([changed])), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^packet_/),
      });
      await expect(wang.files.take(new Blob([whole.slice(0, at)])), `cut ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^packet_/),
      });
    }
    expect((await wang.work.openInspection(HOTEL)).view.value.entries).toEqual([]);
    await expect(wang.files.take(new Blob([whole]))).resolves.toMatchObject({ entries: 1 });
  });

  it("cut among its photos gives what is whole, says how much is missing, and a second try brings the rest", async () => {
    const mine = await li.work.openInspection(HOTEL);
    await mine.append(PASS);
    await mine.putEvidence("HTL01", PHOTO, photo);
    await mine.putEvidence("HTL02", PHOTO.slice(3), photo);
    const { file } = await li.files.pack({ to: deviceOf(wang), photos: true });
    const cut = await wang.files.take(file.slice(0, file.size - 40));
    expect(cut).toMatchObject({ entries: 3, evidence: 1, missing: 1 });
    const card = wang.work.tasks.value.find(({ task }) => task.id === HOTEL);
    expect(card?.phase, "the screens have heard of what was taken").toBe("open");
    expect(await wang.files.take(file)).toMatchObject({ entries: 0, evidence: 1, missing: 0 });
  });

  it("with a signature that is none, whatever letter it has, is refused in words", async () => {
    const whole = await packed();
    const at = new TextDecoder("latin1").decode(whole).indexOf('"signature":"') + '"signature":"'.length;
    for (const letter of "=*+/ é") {
      const changed = whole.slice();
      changed[at + 7] = letter.charCodeAt(0);
      await expect(wang.files.take(new Blob([changed])), letter).rejects.toMatchObject({
        code: expect.stringMatching(/^packet_/),
      });
    }
  });

  it("meant for somebody else, or from a stranger, says so", async () => {
    const file = new Blob([await packed()]);
    await expect(li.files.take(file)).rejects.toMatchObject({ code: "packet_not_for_us" });
    const stranger = new FakeServer(new FakeClock());
    const other = new Phone(stranger, "other");
    stranger.employ(LI, PASSWORD);
    stranger.assign(taskOf());
    const app = other.start();
    await other.login(app, LI);
    await (await app.work.openInspection(HOTEL)).append(PASS);
    stranger.devices.set(deviceOf(wang), { ...server.devices.get(deviceOf(wang))!, person: WANG });
    await app.sync.now();
    const forged = await app.files.pack({ to: deviceOf(wang), photos: false });
    await expect(wang.files.take(forged.file)).rejects.toMatchObject({ code: "packet_sender_unknown" });
    await expect(wang.files.take(new Blob(["就是一张照片"]))).rejects.toMatchObject({
      code: "packet_unreadable",
    });
  });
});
