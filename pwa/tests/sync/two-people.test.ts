/** One browser has one session at the bureau, whoever signed in last: no vault may mistake another's for its own. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Suicha } from "../../src/app/ports";
import { FakeClock, hashOf } from "../phone/effects";
import { HOTEL, LI, PASSWORD, PHOTO, taskOf, WANG } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;
const KARAOKE = "01930000-0000-7000-8000-0000000000b2";

let server: FakeServer;
let phone: Phone;
let app: Suicha;

beforeEach(async () => {
  server = new FakeServer(new FakeClock());
  for (const person of [LI, WANG]) server.employ(person, PASSWORD);
  server.assign(taskOf());
  phone = new Phone(server, "li");
  app = phone.start();
  await app.session.start();
  await phone.login(app, LI);
});

/** Somebody signs in in another tab: the cookie is his from now on, and the token another. */
async function inAnotherTab(person: typeof LI): Promise<void> {
  const other = phone.start();
  await other.session.login({ login: person.login, password: PASSWORD });
  server.csrf = "of the other tab";
}

describe("a colleague who signs in in another tab", () => {
  it("does not bring her tasks into my vault", async () => {
    await inAnotherTab(WANG);
    server.assign(taskOf(KARAOKE, [WANG]));
    await app.sync.now();
    expect(app.work.tasks.value.map(({ task }) => task.id)).toEqual([HOTEL]);
    expect(app.sync.status.value).toMatchObject({ needsLogin: true, reason: { code: "other_person" } });
  });

  it("brings nothing of mine to the bureau in her name, and my password goes on with it", async () => {
    await (await app.work.openInspection(HOTEL)).append(PASS);
    await inAnotherTab(WANG);
    await app.sync.now();
    expect(server.entries.size).toBe(0);
    expect(app.sync.status.value).toMatchObject({ needsLogin: true, reason: { code: "other_person" } });
    await app.session.relogin(PASSWORD);
    await app.sync.now();
    expect(server.entries.size).toBe(1);
  });

  it("is not signed out when I leave", async () => {
    await inAnotherTab(WANG);
    await app.session.logout();
    server.line = ({ path }) => (path === "/api/session" ? "well" : "lost");
    const third = phone.start();
    await third.session.start();
    expect(server.who).toEqual(WANG.name);
  });
});

it("who signs in anew in another tab, with nothing but photos waiting here, waits for nothing", async () => {
  await (await app.work.openInspection(HOTEL)).putEvidence("HTL01", PHOTO, photo);
  server.line = ({ path }) => (path.startsWith("/api/evidence") ? "lost" : "well");
  await app.sync.now();
  server.line = () => "well";
  server.csrf = "of the other tab";
  await app.sync.now();
  await app.sync.now();
  expect(server.blobs.has(hashOf(new Uint8Array(PHOTO)))).toBe(true);
});
