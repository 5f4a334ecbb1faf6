/** Why a thing waits on the phone. */
import { expect, it } from "vitest";
import type { SyncItem, SyncStatus } from "@/app/ports";
import { whyWaiting } from "@/field/sync/waiting";
import { QUIET } from "@/sync/quiet";

const entry = { what: "entry", state: "queued" } as SyncItem;
const photo = { what: "photo", state: "queued" } as SyncItem;
const online: SyncStatus = { ...QUIET, network: "online" };

it("is the network, the server, the password or another tab before anything else", () => {
  expect(whyWaiting(entry, false, QUIET)).toBe("network");
  expect(whyWaiting(photo, true, { ...QUIET, network: "unreachable" })).toBe("unreachable");
  expect(whyWaiting(entry, false, { ...online, needsLogin: true })).toBe("login");
  expect(whyWaiting(entry, false, { ...online, elsewhere: true })).toBe("elsewhere");
});

it("is what goes before it: answers before photos, photos in their order", () => {
  const answers = { ...online, running: true, waiting: { ...online.waiting, entries: 2 } };
  expect(whyWaiting(photo, false, answers)).toBe("entries");
  expect(whyWaiting(photo, true, online)).toBe("photos");
  const uploading = { ...online, running: true, items: [{ ...photo, state: "sending" } as SyncItem] };
  expect(whyWaiting(entry, true, uploading)).toBe("chunk");
});

it("is nothing but the next round when the way is free", () => {
  expect(whyWaiting(photo, false, { ...online, running: true })).toBe("now");
  expect(whyWaiting(entry, false, online)).toBe("next");
});
