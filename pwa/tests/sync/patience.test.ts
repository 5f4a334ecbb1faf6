/** Waiting that ends: with clocks that jump, servers that ask for too much, locks and lines that fail. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenInspection, Suicha } from "../../src/app/ports";
import { IDBObjectStore } from "fake-indexeddb";
import { FakeClock, hashOf } from "../phone/effects";
import { HOTEL, LI, PASSWORD, PHOTO, taskOf } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer, problem } from "../phone/server";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;
const HASH = hashOf(new Uint8Array(PHOTO));
const YEAR = 365 * 86_400_000;

let server: FakeServer;
let phone: Phone;
let app: Suicha;
let inspection: OpenInspection;

beforeEach(async () => {
  server = new FakeServer(new FakeClock());
  server.employ(LI, PASSWORD);
  server.assign(taskOf());
  phone = new Phone(server, "li");
  app = phone.start();
  await app.session.start();
  await phone.login(app, LI);
  inspection = await app.work.openInspection(HOTEL);
});

describe("a clock", () => {
  it("that runs a year behind does not make a server's date into a year of waiting", async () => {
    await inspection.append(PASS);
    const date = new Date(phone.profile.clock.now() + YEAR).toUTCString();
    server.line = ({ path }) =>
      path === "/api/sync/push"
        ? { answer: problem(503, "busy", "服务器繁忙，请稍候。", { "Retry-After": date }) }
        : "well";
    await app.sync.now();
    const wait = Date.parse(app.sync.status.value.nextTry!) - phone.profile.clock.now();
    expect(wait).toBeLessThanOrEqual(3_600_000);
  });

  it("that was a year ahead and is set right leaves no photo waiting for next year", async () => {
    await inspection.putEvidence("HTL01", PHOTO, photo);
    server.line = ({ path }) =>
      path.startsWith("/api/evidence") ? { answer: problem(500, "server_error", "服务器出错。") } : "well";
    phone.profile.clock.set(phone.profile.clock.now() + YEAR);
    await app.sync.now();
    expect(app.sync.status.value.items).toMatchObject([{ state: "waiting" }]);
    server.line = () => "well";
    phone.profile.clock.set(phone.profile.clock.now() - YEAR);
    phone.profile.wakes.go("visible");
    phone.profile.clock.pass(1);
    await expect.poll(() => server.blobs.has(HASH)).toBe(true);
  });

  it("that was a year ahead and is set right does not keep the receipts away", async () => {
    await inspection.append(PASS);
    await app.sync.now();
    await server.receive(HOTEL);
    phone.profile.clock.set(phone.profile.clock.now() + YEAR);
    await app.sync.now();
    await app.sync.now();
    const asked = (): number => server.calls.filter(({ path }) => path.includes("manifest")).length;
    const before = asked();
    expect(before).toBeGreaterThan(0);
    phone.profile.clock.set(phone.profile.clock.now() - YEAR);
    await app.sync.now();
    expect(asked()).toBe(before + 1);
  });
});

describe("an upload", () => {
  it("whose last piece the server still holds goes on from there, and not from the beginning", async () => {
    const big = new Uint8Array(200_000).map((_, at) => (at * 31) % 251).buffer;
    await inspection.putEvidence("HTL01", big, photo);
    let patches = 0;
    let created = 0;
    let locked = true;
    server.line = ({ method, path }) => {
      if (method === "POST" && path.endsWith("/uploads")) created += 1;
      if (method !== "PATCH") return "well";
      patches += 1;
      if (patches === 2) return { cutAfter: 20_000 };
      if (patches > 2 && locked) return { answer: problem(423, "upload_locked", "此文件正在上传，请稍候。") };
      return "well";
    };
    await app.sync.now();
    await app.sync.now();
    locked = false;
    await app.sync.now();
    expect(server.blobs.has(hashOf(new Uint8Array(big)))).toBe(true);
    expect(created).toBe(1);
  });
});

describe("a full disk", () => {
  function full(): void {
    const real = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      if (["meta", "runs", "outbox", "tasks", "devices"].includes(this.name))
        throw new DOMException("injected", "QuotaExceededError");
      return real.apply(this, given as never);
    });
  }

  it("keeps nothing back from the server that lies here already", async () => {
    await inspection.append(PASS);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    full();
    await app.sync.now();
    expect(server.entries.size).toBe(2);
    expect(server.blobs.has(HASH)).toBe(true);
    expect(app.sync.status.value).toMatchObject({
      waiting: { entries: 0, photos: 0 },
      reason: { code: "quota_full" },
    });
  });

  it("does not offer for ever what was taken beside something that was not", async () => {
    const held = await inspection.append(PASS);
    await inspection.append({ ...PASS, path: "HTL02" });
    server.verdicts.set(held.id, { status: "held", code: "late", detail: "" });
    full();
    await app.sync.now();
    expect(app.sync.status.value.items.map(({ path }) => path)).toEqual(["HTL01"]);
  });

  it("keeps nobody from reading what he has said", async () => {
    await inspection.append(PASS);
    inspection.close();
    full();
    const opened = await app.work.openInspection(HOTEL);
    expect(opened.view.value.state.answers["HTL01"]?.value).toBe("pass");
  });

  it("is made free of what may be forgotten, also while nothing more comes in", async () => {
    await inspection.append(PASS);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    server.removed.add(HOTEL);
    await app.sync.now();
    inspection.close();
    expect(app.work.tasks.value).toHaveLength(1);
    server.mayForget = true;
    full();
    phone.profile.clock.pass(3_600_000);
    await app.sync.now();
    expect(app.work.tasks.value).toEqual([]);
  });
});

describe("a lock over the tabs that fails", () => {
  it("is told, and tried again", async () => {
    const locks = phone.profile.locks;
    const attempt = locks.attempt.bind(locks);
    let failing = true;
    locks.attempt = ((name: string, run: () => Promise<unknown>) =>
      failing ? Promise.reject(new DOMException("lost", "InvalidStateError")) : attempt(name, run)) as never;
    await inspection.append(PASS);
    const status = await app.sync.now();
    expect(status.reason).toEqual({ code: "unexpected", sentence: null });
    failing = false;
    phone.profile.clock.pass(60_000);
    await expect.poll(() => server.entries.size).toBe(1);
  });
});

describe("logging out", () => {
  it("on a dead line does not wait for it", async () => {
    await inspection.putEvidence("HTL01", PHOTO, photo);
    let hanging = (): void => undefined;
    const begun = new Promise<void>((done) => (hanging = done));
    phone.profile.fetch = (url, init) => {
      if (!url.startsWith("/api/evidence")) return server.fetch(url, init);
      hanging();
      return new Promise((_, failed) =>
        init!.signal!.addEventListener("abort", () => failed(new DOMException("cut", "AbortError"))),
      );
    };
    void app.sync.now();
    await begun;
    await app.session.logout();
    expect(app.session.state.value.phase).toBe("signed_out");
  }, 2_000);

  it("locks the vault also when the storage is gone", async () => {
    vi.spyOn(IDBObjectStore.prototype, "count").mockImplementation(() => {
      throw new DOMException("injected", "UnknownError");
    });
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await app.session.logout();
    expect(app.session.state.value.phase).toBe("signed_out");
  });
});
