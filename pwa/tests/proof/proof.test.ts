/** The public pages' reasoning: what is told of a certificate, and a shop owner's own ticket. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { canonical, digest } from "@/core/canonical";
import type { Bundle, ChainRow } from "@/core/draw";
import { checkSignature, thumbprintOf } from "@/proof/signature";
import { STEPS, checkFile } from "@/proof/steps";
import type { Checked } from "@/proof/steps";
import { commandsFor, ownTickets } from "@/proof/ticket";

const FOLDER = resolve(import.meta.dirname, "../../../tests/vectors/draw/bundles");
const DATA = new Uint8Array(readFileSync(resolve(FOLDER, "hamlet.json")));
const hamlet = (): Bundle => JSON.parse(new TextDecoder().decode(DATA)) as Bundle;
const bytes = (bundle: object): Uint8Array => new TextEncoder().encode(`${canonical(bundle)}\n`);
const states = (checked: Checked): Record<string, string> =>
  Object.fromEntries(checked.steps.map((step) => [step.name, step.state]));

it("a full certificate holds in every step, and what is not in the file is said so", () => {
  const checked = checkFile(DATA, null);
  expect(checked.steps.map((step) => step.name)).toEqual(STEPS);
  expect(checked.facts).toMatchObject({ drawn: 1, premises: 3, full: true, draw: "2026-01" });
  expect(states(checked)).toMatchObject({ strata: "pass", annex: "pass", amendments: "pass", chain: "kept" });
  expect(states(checkFile(bytes({ ...hamlet(), annex: null }), null))).toMatchObject({ annex: "kept" });
});

it("what was changed is told at its step, and nothing that was not reached is called right", () => {
  const bundle = hamlet();
  const stuffed = { HOTEL: [...bundle.rosters["HOTEL"]!, { id: "uscc:X", stratum: "H" }] };
  const rosters = checkFile(bytes({ ...bundle, rosters: stuffed }), null);
  expect(states(rosters)).toMatchObject({ file: "pass", rosters: "fail" });
  const seedless = { ...bundle, certificate: { ...bundle.certificate, seed: "none" } };
  const shapeless = states(checkFile(bytes(seedless), null));
  expect(shapeless).toMatchObject({
    file: "fail",
    strata: "unreached",
    tasks: "unreached",
    seed: "unreached",
  });
  expect(states(checkFile(DATA.slice(0, -9), null))).toMatchObject({ file: "fail", digest: "unreached" });
});

it("every changed byte leaves at least one step that does not hold", { timeout: 60_000 }, () => {
  for (let at = 0; at < DATA.length; at += 7) {
    const changed = DATA.slice();
    changed[at] = changed[at]! ^ 1;
    expect(Object.values(states(checkFile(changed, null))), `byte ${at}`).toContain("fail");
  }
});

it("a certificate that fits in itself but is not the one of the chain is told", () => {
  const bundle = hamlet();
  const row = {
    number: bundle.certificate.number,
    kind: "certificate",
    digest: "0".repeat(64),
    record: null,
  };
  const checked = checkFile(DATA, [row]);
  expect(states(checked)).toMatchObject({ digest: "pass", chain: "fail" });
  const said = checked.steps.find((step) => step.name === "chain")!.findings.map((finding) => finding.zh);
  expect(said.join()).toContain("不是公布的那一份");
});

it("the bureau's signature is checked by the browser, with the thumbprint of the key", async () => {
  const pair = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
  ])) as CryptoKeyPair;
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const key = { kty: kty!, crv: crv!, x: x!, y: y! };
  const found = digest({ a: 1 });
  const text = new TextEncoder().encode(`DSS1|record|8|certificate|${found}`);
  const made = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, text);
  const value = Buffer.from(made).toString("base64url");
  const row: ChainRow = {
    number: 8,
    kind: "certificate",
    digest: found,
    record: null,
    signature: { alg: "ES256", key, value },
  };
  expect(await checkSignature(row)).toMatchObject({
    holds: true,
    thumbprint: thumbprintOf(key),
    findings: [],
  });
  expect((await checkSignature({ ...row, number: 9 })).findings[0]?.zh).toContain("签名");
  expect(await checkSignature({ ...row, signature: null })).toMatchObject({ holds: null });
  expect(await checkSignature({ ...row, signature: { alg: "ES256", key, value: "!" } })).toMatchObject({
    holds: false,
  });
});

it("a shop owner finds his ticket by his code alone, however he types it", () => {
  const bundle = hamlet();
  const drawn = bundle.certificate.strata[0]!.drawn[0]!;
  const code = drawn.id.slice("uscc:".length);
  for (const typed of [code, ` ${code.toLowerCase()} `, code.replace(/1/g, "１"), drawn.id]) {
    const [own] = ownTickets(bundle, typed);
    expect(own).toMatchObject({ id: drawn.id, ticket: drawn.ticket });
    expect(own!.strata).toMatchObject([{ outcome: "drawn", line: drawn.ticket }]);
  }
  expect(ownTickets(bundle, "91410422MA40A0002X")[0]!.strata).toMatchObject([
    { outcome: "excluded", reason: "closed" },
  ]);
  expect(ownTickets(bundle, "91410422MA4").length).toBe(0);
  expect(ownTickets(bundle, "").length).toBe(0);
});

it("the line that he types on his computer prints exactly his ticket", () => {
  const bundle = hamlet();
  const { id, ticket } = bundle.certificate.strata[0]!.drawn[0]!;
  const { linux, windows } = commandsFor(bundle.certificate.seed, id);
  expect(execFileSync("sh", ["-c", linux]).toString()).toContain(ticket);
  expect(windows).toContain(`'DSS1|${bundle.certificate.seed}|${id}'`);
});

it("in a pseudonymous draw no code leads to a ticket, the pseudonym alone does", () => {
  const bundle = hamlet();
  const text = canonical(bundle).replaceAll("uscc:91410422MA40A0001X", `p:${"ab".repeat(16)}`);
  const hidden = JSON.parse(text) as Bundle;
  expect(ownTickets(hidden, "91410422MA40A0001X")).toEqual([]);
  expect(ownTickets(hidden, `p:${"ab".repeat(16)}`)).toHaveLength(1);
});
