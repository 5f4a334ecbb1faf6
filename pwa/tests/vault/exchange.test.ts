import { describe, expect, it } from "vitest";
import { forget } from "../../src/sync/manifest";
import { exchange, give } from "../../src/vault/exchange";
import { readBlob } from "../../src/vault/blobs";
import { keyring, runsOf } from "../../src/vault/runs";
import { proveAgain, takeIn } from "../../src/vault/replica";
import type { Entry } from "../../src/core/journal";
import { CHECKLIST, enrolled, HOTEL, journalOf, LI, PHOTO, taskOf, WANG } from "../phone/people";
import { hashOf, Profile, subtle } from "../phone/effects";
import { definition } from "../phone/server";
import type { Vault } from "../../src/vault/vault";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;
const HASH = hashOf(new Uint8Array(PHOTO));

async function two(): Promise<{
  profile: Profile;
  li: Vault;
  wang: Vault;
  effects: Parameters<typeof exchange>[0];
}> {
  const profile = new Profile();
  const [li, wang] = [await enrolled(profile, LI), await enrolled(profile, WANG)];
  return { profile, li, wang, effects: { subtle, locks: profile.locks } };
}

describe("two people on one phone", () => {
  it("give each other what they hold, once, with proof", async () => {
    const { profile, li, wang, effects } = await two();
    await journalOf(profile, li).append([PASS]);
    await journalOf(profile, li).putEvidence("HTL01", PHOTO, photo);
    await journalOf(profile, wang).append([{ ...PASS, value: "fail" }]);
    expect(await exchange(effects, li, wang)).toEqual({
      inspections: [HOTEL],
      entries: 3,
      evidence: 1,
      left: 0,
    });
    expect(await exchange(effects, li, wang)).toMatchObject({ entries: 0, evidence: 0 });
    for (const vault of [li, wang]) {
      const journal = journalOf(profile, vault);
      await journal.refresh();
      expect(journal.list()).toHaveLength(3);
      expect(Object.keys(journal.state().conflicts)).toEqual(["answer:HTL01"]);
    }
    expect(hashOf(new Uint8Array((await readBlob(wang, HASH))!))).toBe(HASH);
    const offered = (await wang.db.outbox.toArray()).map(({ what }) => what).sort();
    expect(offered).toEqual(["entry", "entry", "entry", "evidence"]);
  });

  it("share the task and its checklist with the one whose phone had no network in the morning", async () => {
    const profile = new Profile();
    const [li, wang] = [await enrolled(profile, LI), await enrolled(profile, WANG)];
    await wang.run(() => wang.db.tasks.clear());
    await li.putChecklist(CHECKLIST, definition as never);
    await give({ subtle, locks: profile.locks }, li, wang);
    expect(await wang.task(HOTEL)).toMatchObject({ task: { number: taskOf().number } });
    expect(await wang.checklist(CHECKLIST)).toMatchObject({ id: "hotel-real-name" });
  });

  it("share nothing of an inspection that is not the other's", async () => {
    const { profile, li, wang, effects } = await two();
    await wang.run(() => wang.db.tasks.clear());
    await li.putTask(taskOf(HOTEL, [LI]));
    await journalOf(profile, li).append([PASS]);
    await exchange(effects, li, wang);
    expect(await wang.task(HOTEL)).toBeNull();
    expect(await wang.db.entries.count()).toBe(0);
  });

  it("bring nothing back that one of them has forgotten", async () => {
    const { profile, li, wang, effects } = await two();
    await journalOf(profile, li).append([PASS]);
    await exchange(effects, li, wang);
    await wang.run(() => wang.db.outbox.clear());
    expect(await forget(wang, HOTEL, 1)).toBe(true);
    const later = await journalOf(profile, li).append([{ ...PASS, value: "fail" }]);
    expect(await exchange(effects, li, wang)).toMatchObject({ entries: 0 });
    // Nor what was already on its way.
    const parcel = { inspection: HOTEL, entries: later, runs: await runsOf(li, HOTEL) };
    const keys = keyring(subtle, [li.asDevice()], null);
    expect(await takeIn(wang, { ...effects, keys }, parcel, "hand_over")).toMatchObject({ added: [] });
    expect(await wang.putTask(taskOf(HOTEL, [LI, WANG]))).toBe(false);
    expect(await wang.task(HOTEL)).toBeNull();
    expect(await wang.db.entries.count()).toBe(0);
    expect(await wang.db.outbox.count()).toBe(0);
  });

  it("do not fill the phone twice: bytes that find no room stay where they are", async () => {
    const { profile, li, wang, effects } = await two();
    await journalOf(profile, li).putEvidence("HTL01", PHOTO, photo);
    const put = wang.db.blobs.put.bind(wang.db.blobs);
    Object.assign(wang.db.blobs, {
      put: () => Promise.reject(new DOMException("full", "QuotaExceededError")),
    });
    expect(await exchange(effects, li, wang)).toMatchObject({ entries: 1, evidence: 0, left: 1 });
    Object.assign(wang.db.blobs, { put });
    expect(await readBlob(wang, HASH)).toBeNull();
    expect(await exchange(effects, li, wang)).toMatchObject({ evidence: 1, left: 0 });
  });
});

describe("what somebody else said", () => {
  async function parcel(): Promise<{
    profile: Profile;
    li: Vault;
    entries: Entry[];
    runs: Awaited<ReturnType<typeof runsOf>>;
    wang: Vault;
  }> {
    const { profile, li, wang, effects } = await two();
    const journal = journalOf(profile, wang);
    const entries = await journal.append([PASS, { ...PASS, path: "HTL02" }]);
    await give(effects, wang, await enrolled(new Profile("third"), LI, "x"));
    return { profile, li, wang, entries, runs: await runsOf(wang, HOTEL) };
  }

  it("is kept aside until its proof comes, and then counts", async () => {
    const { profile, li, wang, entries, runs } = await parcel();
    const stranger = { subtle, locks: profile.locks, keys: keyring(subtle, [], null) };
    expect(await takeIn(li, stranger, { inspection: HOTEL, entries, runs }, "server")).toMatchObject({
      added: [],
      unproven: 2,
    });
    const journal = journalOf(profile, li);
    await journal.refresh();
    expect(journal.list()).toEqual([]);
    const known = { ...stranger, keys: keyring(subtle, [wang.asDevice()], null) };
    expect(await proveAgain(li, known, HOTEL)).toHaveLength(2);
    await journal.refresh();
    expect(journal.list()).toHaveLength(2);
  });

  it("under somebody else's name, changed on the way, or of another inspection does not count", async () => {
    const { profile, li, wang, entries, runs } = await parcel();
    const keys = keyring(subtle, [wang.asDevice()], null);
    const effects = { subtle, locks: profile.locks, keys };
    const forged = { ...entries[0]!, value: "fail" };
    const elsewhere = { ...entries[1]!, inspection: "01930000-0000-7000-8000-0000000000b2" };
    const arrival = await takeIn(
      li,
      effects,
      { inspection: HOTEL, entries: [forged, elsewhere], runs: [] },
      "server",
    );
    expect(arrival).toMatchObject({ added: [], unproven: 0, damaged: 2 });
    const tampered = runs.map((run) => ({
      ...run,
      signature: run.signature.replace(/^./, (c) => (c === "A" ? "B" : "A")),
    }));
    const second = await takeIn(li, effects, { inspection: HOTEL, entries, runs: tampered }, "server");
    expect(second).toMatchObject({ added: [], unproven: 2 });
    const third = await takeIn(li, effects, { inspection: HOTEL, entries: [], runs }, "server");
    expect(third.added.sort()).toEqual(entries.map(({ id }) => id).sort());
  });

  it("by our own device and unknown here means an old copy: both branches stay, and the chain goes on", async () => {
    const { profile, wang } = await parcel();
    const old = journalOf(profile, wang);
    const beyond = await old.append([
      { ...PASS, path: "HTL03" },
      { ...PASS, path: "HTL04" },
    ]);
    const runs = await runsOf(wang, HOTEL);
    const copy = await enrolled(new Profile("copy"), WANG);
    Object.defineProperty(copy, "device", { value: wang.device });
    const lone = journalOf(new Profile("copy"), copy);
    const [mine] = await lone.append([{ ...PASS, value: "na", path: "HTL09" }]);
    const { signRuns } = await import("../../src/vault/runs");
    await signRuns(wang, HOTEL);
    const all = [...(await allOf(wang))];
    const keys = keyring(subtle, [wang.asDevice()], null);
    const effects = { subtle, locks: profile.locks, keys };
    const arrival = await takeIn(
      copy,
      effects,
      { inspection: HOTEL, entries: all, runs: [...runs, ...(await runsOf(wang, HOTEL))] },
      "server",
    );
    expect(arrival.own).toBe(4);
    const [next] = await lone.append([{ ...PASS, path: "HTL10" }]);
    expect(next).toMatchObject({ seq: 5, prev: beyond[1]!.id });
    expect(lone.list().map(({ id }) => id)).toContain(mine!.id);
    expect(lone.state().flags.map(({ code }) => code)).toContain("fork");
    expect(lone.state().answers["HTL09"]?.value).toBe("na");
    expect((await runsOf(copy, HOTEL)).some((run) => run.ids.includes(mine!.id))).toBe(true);
  });
});

async function allOf(vault: Vault): Promise<Entry[]> {
  const rows = await vault.db.entries.toArray();
  return Promise.all(rows.map((row) => vault.box.open<Entry>(`entries:${row.id}`, row.sealed)));
}
