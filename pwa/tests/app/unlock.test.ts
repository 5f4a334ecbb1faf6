/** Who comes back to his phone types his password and nothing else; who he is, nothing on the phone has told. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Suicha } from "../../src/app/ports";
import { FakeClock } from "../phone/effects";
import { LI, PASSWORD, taskOf, WANG } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

let phone: Phone;

beforeEach(() => {
  const server = new FakeServer(new FakeClock());
  server.employ(LI, PASSWORD);
  server.employ(WANG, PASSWORD);
  server.assign(taskOf());
  phone = new Phone(server, "li");
});

async function started(): Promise<Suicha> {
  const app = phone.start();
  await app.session.start();
  return app;
}

const shown = (app: Suicha): unknown => {
  const { vaultsHere, unlocks, me } = app.session.state.value;
  return { vaultsHere, unlocks, me: me?.person.name ?? null };
};

describe("a second person's first login here", () => {
  it("without network asks for one, and with one says that it is the server that does not answer", async () => {
    await phone.login(await started(), LI);
    const app = await started();
    const hers = { login: WANG.login, password: PASSWORD };
    phone.server.line = () => "lost";
    await expect(app.session.login(hers)).rejects.toMatchObject({ code: "server_needed" });
    phone.offline();
    await expect(app.session.login(hers)).rejects.toMatchObject({ code: "network_needed" });
    phone.server.line = () => "well";
    phone.online();
    expect((await app.session.login(hers)).me?.person.name).toBe(WANG.name);
  });
});

describe("a phone after a reload", () => {
  it("is unlocked by its only owner's password, without any network, and names nobody before", async () => {
    expect(shown(await started())).toEqual({ vaultsHere: 0, unlocks: false, me: null });
    await phone.login(await started(), LI);
    phone.offline();
    const again = await started();
    expect(shown(again)).toEqual({ vaultsHere: 1, unlocks: true, me: null });
    await expect(again.session.login({ login: null, password: "not his" })).rejects.toMatchObject({
      code: "wrong_password",
    });
    await again.session.login({ login: null, password: PASSWORD });
    expect(shown(again)).toEqual({ vaultsHere: 1, unlocks: true, me: LI.name });
  });

  it("still tells how long wrong passwords have it wait, and counts nothing by telling", async () => {
    await phone.login(await started(), LI);
    const before = await started();
    expect(await before.session.unlockWait()).toBe(0);
    for (let wrong = 0; wrong < 3; wrong += 1)
      await expect(before.session.login({ login: null, password: "not his" })).rejects.toThrow();
    const again = await started();
    expect(await again.session.unlockWait()).toBe(5);
    phone.profile.clock.pass(3_000);
    expect(await again.session.unlockWait()).toBe(2);
    phone.profile.clock.pass(2_000);
    expect(await again.session.unlockWait()).toBe(0);
    await again.session.login({ login: null, password: PASSWORD });
    expect(shown(again)).toMatchObject({ me: LI.name });
  });

  it("opens the session at the bureau with it too, under the name that the vault knows", async () => {
    await phone.login(await started(), LI);
    const again = await started();
    await again.session.login({ login: null, password: PASSWORD });
    await again.sync.now();
    expect(again.session.state.value.server).toBe("open");
  });

  it("of two persons waits for him who worked last; after he has logged out it asks for the name", async () => {
    await phone.login(await started(), LI);
    const hers = await started();
    await phone.login(hers, WANG);
    const again = await started();
    expect(shown(again)).toEqual({ vaultsHere: 2, unlocks: true, me: null });
    await again.session.login({ login: null, password: PASSWORD });
    expect(shown(again)).toMatchObject({ me: WANG.name });
    await again.session.logout();
    expect(shown(again)).toEqual({ vaultsHere: 2, unlocks: false, me: null });
    expect(shown(await started())).toMatchObject({ unlocks: false });
    await again.session.login({ login: LI.login, password: PASSWORD });
    expect(shown(again)).toMatchObject({ me: LI.name, unlocks: true });
  });

  it("asks for the name in every tab after one has logged out", async () => {
    await phone.login(await started(), LI);
    const tabs = [await started(), await started()] as const;
    for (const tab of tabs) await phone.login(tab, WANG);
    await tabs[0].session.logout();
    await expect.poll(() => shown(tabs[1])).toEqual({ vaultsHere: 2, unlocks: false, me: null });
  });
});
