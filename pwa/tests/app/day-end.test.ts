/** The warning before the day ends with work that only this phone has. */
import { nextTick, shallowRef } from "vue";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepBadge } from "../../src/app/badge";
import { unsyncedWarning, untilNextLook } from "../../src/app/day-end";
import type { Suicha } from "../../src/app/ports";
import { FakeClock } from "../phone/effects";
import { HOTEL, LI, PASSWORD, taskOf } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

/** A moment in China on 22 November 2026, and so many days later. */
const at = (hour: number, minute = 0, days = 0): number => Date.UTC(2026, 10, 22 + days, hour - 8, minute);

describe("work that has not reached the bureau", () => {
  it("is warned of from the evening hour on, and on every later day at once", () => {
    const noon = at(12);
    expect(unsyncedWarning(at(16, 59), noon)).toBeNull();
    expect(unsyncedWarning(at(17), noon)).toBe("unsynced_evening");
    expect(unsyncedWarning(at(23, 59), noon)).toBe("unsynced_evening");
    expect(unsyncedWarning(at(0, 0, 1), noon)).toBe("unsynced_overnight");
    expect(unsyncedWarning(at(8, 30, 3), noon)).toBe("unsynced_overnight");
    expect(unsyncedWarning(at(23), null)).toBeNull();
  });

  it("counts by China's day, not by the phone's or the world's", () => {
    // Seven in the morning and eleven at night in China lie on two days of UTC, and on one of China.
    expect(unsyncedWarning(at(7, 0, 1), at(0, 30, 1))).toBeNull();
    expect(unsyncedWarning(at(0, 30, 1), at(23, 30))).toBe("unsynced_overnight");
  });

  it("is warned of when the bureau says", () => {
    expect(unsyncedWarning(at(15, 30), at(9), 15)).toBe("unsynced_evening");
    expect(unsyncedWarning(at(17), at(9), 20)).toBeNull();
  });

  it("is looked at again when evening comes, and at midnight", () => {
    expect(untilNextLook(at(16))).toBe(3_600_000);
    expect(untilNextLook(at(17))).toBe(7 * 3_600_000);
    expect(untilNextLook(at(9), 20)).toBe(11 * 3_600_000);
  });
});

describe("an inspector with answers that wait", () => {
  let phone: Phone;

  beforeEach(() => {
    const server = new FakeServer(new FakeClock());
    server.employ(LI, PASSWORD);
    server.assign(taskOf());
    phone = new Phone(server, "li");
  });

  async function waitingApp(): Promise<Suicha> {
    const app = phone.start();
    await app.session.start();
    await phone.login(app, LI);
    phone.offline();
    await (await app.work.openInspection(HOTEL)).append({ kind: "answer", path: "HTL01", value: "pass" });
    await vi.waitFor(() => expect(app.sync.status.value.oldest).not.toBeNull());
    return app;
  }

  it("is told in the evening without touching anything, next morning too, and no longer when all is up", async () => {
    const app = await waitingApp();
    const told = (): readonly string[] =>
      app.storage.state.value.warnings.filter((one) => one.startsWith("unsynced"));
    expect(told()).toEqual([]);
    phone.profile.clock.pass(at(17) - phone.profile.clock.now());
    expect(told()).toEqual(["unsynced_evening"]);
    phone.profile.clock.pass(8 * 3_600_000);
    expect(told()).toEqual(["unsynced_overnight"]);
    phone.online();
    await app.sync.now();
    await vi.waitFor(() => expect(told()).toEqual([]));
  });

  it("is told the next day by a phone that was off in between", async () => {
    await (await waitingApp()).session.logout();
    phone.profile.clock.set(at(8, 30, 1));
    const app = phone.start();
    await app.session.start();
    await app.session.login({ login: LI.login, password: PASSWORD });
    await vi.waitFor(() => expect(app.storage.state.value.warnings).toContain("unsynced_overnight"));
  });
});

describe("the number on the icon", () => {
  it("says what waits, goes with it, and stays over a logout", async () => {
    const me = shallowRef({ me: null as null | { device: string | null } });
    const waiting = { entries: 0, photos: 0, bytes: 0, held: 0, refused: 0 };
    const status = shallowRef({ waiting });
    const app = { session: { state: me }, sync: { status } } as unknown as Suicha;
    const badging = {
      setAppBadge: vi.fn(async () => undefined),
      clearAppBadge: vi.fn(async () => undefined),
    };
    keepBadge(app, badging);
    expect(badging.clearAppBadge).not.toHaveBeenCalled();
    me.value = { me: { device: "phone" } };
    status.value = { waiting: { ...waiting, entries: 2, photos: 1 } };
    await nextTick();
    expect(badging.setAppBadge).toHaveBeenLastCalledWith(3);
    me.value = { me: null };
    status.value = { waiting };
    await nextTick();
    expect(badging.clearAppBadge).not.toHaveBeenCalled();
    me.value = { me: { device: "phone" } };
    await nextTick();
    expect(badging.clearAppBadge).toHaveBeenCalledOnce();
  });

  it("is not asked for where there is none, and its refusal is nobody's trouble", async () => {
    const app = {
      session: { state: shallowRef({ me: { device: "phone" } }) },
      sync: { status: shallowRef({ waiting: { entries: 1, photos: 0, bytes: 0, held: 0, refused: 0 } }) },
    } as unknown as Suicha;
    keepBadge(app, {});
    const setAppBadge = vi.fn(() => Promise.reject(new DOMException("not installed", "InvalidStateError")));
    keepBadge(app, { setAppBadge });
    await nextTick();
    expect(setAppBadge).toHaveBeenCalledWith(1);
  });
});
