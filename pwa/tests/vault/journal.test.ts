import { describe, expect, it } from "vitest";
import { HOTEL, enrolled, journalOf, LI, PHOTO, reopened, WANG } from "../phone/people";
import { noLocks, Profile, subtle } from "../phone/effects";
import { forget } from "../../src/sync/manifest";
import { sha256Hex } from "../../src/core/sha256";
import { cover, fold, identify, runBytes, seal } from "../../src/core/journal";
import { base64url } from "../../src/vault/encoding";
import { SIGNATURE } from "../../src/vault/keys";
import { takeIn } from "../../src/vault/replica";
import { readBlob, sweepOrphans } from "../../src/vault/blobs";
import { keyring, runsOf, signRuns, verified } from "../../src/vault/runs";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;

describe("writing an inspection", () => {
  it("keeps an answer through a kill of the browser", async () => {
    const profile = new Profile();
    const journal = journalOf(profile, await enrolled(profile, LI));
    const [entry] = await journal.append([PASS]);
    const after = journalOf(profile, await reopened(profile, LI));
    await after.refresh();
    expect(after.list()).toEqual([entry]);
    expect(identify(entry)).toBe(entry!.id);
    expect(after.state().answers["HTL01"]?.value).toBe("pass");
  });

  it("lets the second tap on the same answer replace the first, however fast", async () => {
    const profile = new Profile();
    const journal = journalOf(profile, await enrolled(profile, LI));
    await Promise.all([
      journal.append([PASS]),
      journal.append([{ ...PASS, value: "fail" }]),
      journal.append([{ ...PASS, value: "na" }]),
    ]);
    expect(journal.state().conflicts).toEqual({});
    expect(journal.state().answers["HTL01"]?.value).toBe("na");
    expect(
      journal
        .list()
        .map((entry) => entry.seq)
        .sort(),
    ).toEqual([1, 2, 3]);
  });

  it.each([
    ["with locks", {}],
    ["when the browser has lost its locks", { locks: noLocks }],
  ])("two tabs make one chain %s", async (_name, changed) => {
    const profile = new Profile();
    const one = journalOf(profile, await enrolled(profile, LI), changed);
    const two = journalOf(profile, await reopened(profile, LI), changed);
    await Promise.all(
      [1, 2, 3, 4].flatMap((n) => [
        one.append([{ ...PASS, value: `first tab ${n}` }]),
        two.append([{ ...PASS, value: `second tab ${n}` }]),
      ]),
    );
    await one.refresh();
    const chain = one.list().sort((a, b) => a.seq - b.seq);
    expect(chain.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    chain.slice(1).forEach((entry, at) => expect(entry.prev).toBe(chain[at]!.id));
    expect(one.state().flags).toEqual([]);
    expect(one.state().conflicts).toEqual({});
  });

  it("removes a row together with the cells it saw, in one statement", async () => {
    const profile = new Profile();
    const journal = journalOf(profile, await enrolled(profile, LI));
    const row = "01930000-0000-4000-8000-00000000000f";
    await journal.append([
      { kind: "row", path: `HTL05/${row}`, value: { order: 1, source: "hand", key: null } },
      { kind: "answer", path: `HTL05/${row}/room`, value: "301" },
    ]);
    const [removal] = await journal.append([{ kind: "row", path: `HTL05/${row}`, value: null }]);
    expect(removal!.replaces).toHaveLength(2);
    expect(journal.state().rows["HTL05"] ?? []).toEqual([]);
  });

  it("writes letters in one form, so that the same name has the same hash", async () => {
    const profile = new Profile();
    const journal = journalOf(profile, await enrolled(profile, LI));
    const [entry] = await journal.append([{ ...PASS, value: "Cafe\u0301" }]);
    expect(entry!.value).toBe("Caf\u00e9");
  });

  it("refuses what no rule knows and writes nothing", async () => {
    const profile = new Profile();
    const journal = journalOf(profile, await enrolled(profile, LI));
    await expect(journal.append([PASS, { ...PASS, path: "not a path" }])).rejects.toMatchObject({
      code: "path_wrong",
    });
    await expect(journal.append([{ ...PASS, value: 0.5 }])).rejects.toMatchObject({ code: "float" });
    expect(await journal.vault.db.entries.count()).toBe(0);
  });

  it("writes nothing into what another tab has forgotten after its receipt", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    await journal.append([PASS]);
    await vault.run(() => vault.db.outbox.clear());
    expect(await forget(vault, HOTEL, 1)).toBe(true);
    await expect(journal.append([{ ...PASS, value: "fail" }])).rejects.toMatchObject({
      code: "not_writable",
    });
    await expect(journal.putEvidence("HTL01", PHOTO, photo)).rejects.toMatchObject({ code: "not_writable" });
    expect([await vault.db.entries.count(), await vault.db.outbox.count()]).toEqual([0, 0]);
  });

  it("says nothing is possible in a locked vault", async () => {
    const profile = new Profile();
    const journal = journalOf(profile, await enrolled(profile, LI));
    journal.vault.lock();
    await expect(journal.append([PASS])).rejects.toMatchObject({ code: "vault_locked" });
  });
});

describe("after the round is closed", () => {
  it("nobody contradicts himself by what came late, should the lead let it in", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    await journal.append([PASS]);
    const bureau = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const received = seal({
      inspection: HOTEL,
      author: WANG.id,
      device: "server",
      seq: 1,
      prev: null,
      at: "2026-11-22T05:00:00.000Z",
      skew_ms: 0,
      kind: "received",
      path: "",
      value: { round: 1, ...cover(journal.list()) } as never,
      replaces: [],
    });
    const body = { inspection: HOTEL, device: "server", first_seq: 1, ids: [received.id] };
    const signature = await subtle.sign(SIGNATURE, bureau.privateKey, runBytes(body));
    const run = { ...body, alg: "ES256" as const, signature: base64url(new Uint8Array(signature)) };
    const keys = keyring(subtle, [], await subtle.exportKey("jwk", bureau.publicKey));
    await takeIn(
      vault,
      { subtle, locks: profile.locks, keys },
      { inspection: HOTEL, entries: [received], runs: [run] },
      "server",
    );
    await journal.refresh();
    const [late] = await journal.append([{ ...PASS, value: "fail" }]);
    expect(journal.state().late).toEqual([late!.id]);
    const [later] = await journal.append([{ ...PASS, value: "na" }]);
    expect(later!.replaces).toContain(late!.id);
    const opened = fold(
      journal.list().filter(({ kind }) => kind !== "received"),
      HOTEL,
    );
    expect(opened.conflicts).toEqual({});
    expect(opened.answers["HTL01"]?.value).toBe("na");
  });
});

describe("evidence", () => {
  it("is saved only when its bytes came back from the disk", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    const entry = await journal.putEvidence("HTL01", PHOTO, { ...photo, width: 40, height: 30 });
    const hash = sha256Hex(new Uint8Array(PHOTO));
    expect(entry.value).toMatchObject({ sha256: hash, size: 1500, width: 40, position: null });
    const again = await reopened(profile, LI);
    expect(new Uint8Array((await readBlob(again, hash))!)).toEqual(new Uint8Array(PHOTO));
    const offered = (await again.db.outbox.toArray()).map(({ what, state }) => `${what} ${state}`);
    expect(offered.sort()).toEqual(["entry queued", "evidence queued"]);
  });

  it("is not called saved when the disk gives back something else", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    let calls = 0;
    const forgetful = { sha256: async (): Promise<string> => `${(calls += 1)}`.padStart(64, "0") };
    const journal = journalOf(profile, vault, { hasher: forgetful });
    await expect(journal.putEvidence("HTL01", PHOTO, photo)).rejects.toMatchObject({ code: "not_stored" });
    expect(await vault.db.entries.count()).toBe(0);
  });

  it("whose bytes are here and whose entry was cut off is swept, and nothing else", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    await journalOf(profile, vault).putEvidence("HTL01", PHOTO, photo);
    const sealed = await vault.box.sealBytes(`blobs:${"e".repeat(64)}`, PHOTO);
    await vault.db.blobs.put({ sha256: "e".repeat(64), sealed });
    expect(await sweepOrphans(vault, profile.locks)).toBe(1);
    expect(await vault.db.blobs.count()).toBe(1);
  });
});

describe("a run", () => {
  it("is signed over what is new, once, and proves every entry", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    await journal.append([PASS]);
    expect(await signRuns(vault, HOTEL)).toBe(1);
    await journal.append([
      { ...PASS, value: "fail" },
      { kind: "comment", path: "", value: { text: "复查" } },
    ]);
    expect(await Promise.all([signRuns(vault, HOTEL), signRuns(vault, HOTEL)])).toEqual(
      expect.arrayContaining([2]),
    );
    const runs = await runsOf(vault, HOTEL);
    expect(runs.flatMap((run) => run.ids).sort()).toEqual(
      journal
        .list()
        .map((entry) => entry.id)
        .sort(),
    );
    const keys = keyring(subtle, [vault.asDevice()], null);
    for (const run of runs) expect(await verified(subtle, keys, run)).toBe(true);
    const other = keyring(
      subtle,
      [{ ...(await enrolled(new Profile("w"), WANG)).asDevice(), id: vault.device }],
      null,
    );
    expect(await verified(subtle, other, runs[0]!)).toBe(false);
  });

  it("and a cover describe the chain that a signature binds", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    const [, second] = await journal.append([PASS, { ...PASS, value: "fail" }]);
    expect(cover(journal.list()).covers).toEqual({ [vault.device]: [2, second!.id] });
  });
});
