/**
 * Running a certificate again and saying what is wrong, in words (specification section 10): the mirror of
 * server/core/draw/verify.py. Every step starts from what the certificate states, so that one altered byte
 * gives one finding that names it.
 */
import { canonical, digest } from "../canonical";
import { Refused } from "../refusal";
import { checkCeremony, checkRecord, deriveSeed, face } from "./ceremony";
import { draw, pairTasks } from "./certificate";
import { SPEC, isHex } from "./hashing";
import { checkPlan, isMoment, isObject, planDigest } from "./plan";
import { checkRosters } from "./premises";
import { byText } from "./roster";
import { rowFindings } from "./differences";
import type { Bundle, Certificate } from "./types";
import { annexFindings, amendmentFindings } from "./around";
import { explainFace, say, short, type Finding } from "./words";

const BUNDLE_FIELDS = ["spec", "certificate", "digest", "rosters", "amendments", "annex"];
const CERTIFICATE_FIELDS = [
  ...["spec", "kind", "number", "previous", "at", "draw", "plan", "plan_digest", "ceremony", "seed", "face"],
  ...["strata", "tasks", "loads", "annex"],
];

/** The findings on the bytes of a bundle file; an empty list means that it holds in every one of them. */
export function verifyFile(bytes: Uint8Array): Finding[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    return [say("not_json", "file", { detail: String(error).slice(0, 80) })];
  }
  return verifyText(text);
}

/** The same for a file's text. */
export function verifyText(text: string): Finding[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [say("not_json", "file", { detail: String(error).slice(0, 80) })];
  }
  let same: boolean;
  try {
    // A repeated key is lost in parsing, so it cannot come back in the canonical text either.
    same = `${canonical(value)}\n` === text;
  } catch {
    same = false;
  }
  return [...(same ? [] : [say("not_canonical", "file")]), ...verify(value)];
}

/** The findings on a bundle, in the order of the draw. Never throws: what cannot be read is a finding as well. */
export function verify(bundle: unknown): Finding[] {
  try {
    const fault = shapeFault(bundle);
    return fault === null ? bundleFindings(bundle as Bundle) : [fault];
  } catch (error) {
    return [say("shape", "bundle", { detail: String(error).slice(0, 120) })];
  }
}

function bundleFindings(bundle: Bundle): Finding[] {
  const { certificate, rosters } = bundle;
  const said: Finding[] = [];
  const found = digest(certificate);
  if (found !== bundle.digest)
    said.push(say("certificate_digest", "digest", { found, stated: bundle.digest }));
  said.push(...planFindings(certificate));
  if (said.some((row) => row.code === "plan_rule")) {
    return [...said, say("unrepeatable", "strata", { detail: "plan" })];
  }
  const onRosters = rosterFindings(bundle);
  said.push(...onRosters, ...ceremonyFindings(certificate));
  if (onRosters.some((row) => row.code === "unrepeatable")) return said;
  said.push(...resultFindings(bundle), ...annexFindings(certificate, bundle.annex));
  return [...said, ...amendmentFindings(certificate, rosters, bundle.amendments)];
}

function hasFields(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return (
    isObject(value) && Object.keys(value).length === names.length && names.every((name) => name in value)
  );
}

function shapeFault(bundle: unknown): Finding | null {
  if (!hasFields(bundle, BUNDLE_FIELDS) || bundle["spec"] !== SPEC)
    return say("shape", "bundle", { detail: "fields" });
  const certificate = bundle["certificate"];
  if (!hasFields(certificate, CERTIFICATE_FIELDS)) return say("shape", "certificate", { detail: "fields" });
  if (certificate["spec"] !== SPEC || certificate["kind"] !== "certificate") {
    return say("shape", "certificate", { detail: "spec" });
  }
  if (!isHex(certificate["seed"]) || !isHex(certificate["plan_digest"])) {
    return say("shape", "certificate", { detail: "seed, plan_digest" });
  }
  const number = certificate["number"];
  const counted = typeof number === "number" && Number.isInteger(number) && number >= 2;
  if (!counted || !isHex(certificate["previous"]) || !isMoment(certificate["at"])) {
    return say("shape", "certificate", { detail: "number, previous, at" });
  }
  if (!isObject(bundle["rosters"]) || !Array.isArray(bundle["amendments"])) {
    return say("shape", "bundle", { detail: "rosters, amendments" });
  }
  return null;
}

/** The refusal of a rule; anything else is thrown on. */
function refusalOf(check: () => void): Refused | null {
  try {
    check();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  return null;
}

function planFindings(certificate: Certificate): Finding[] {
  const plan: Certificate["plan"] = certificate.plan;
  const said: Finding[] = [];
  const refusal = refusalOf(() => {
    checkPlan(plan);
  });
  if (refusal) said.push(say("plan_rule", "plan", { rule: refusal.code, detail: refusal.detail || "plan" }));
  const found = planDigest(plan);
  const stated = certificate.plan_digest;
  if (found !== stated) said.push(say("plan_digest", "plan_digest", { found, stated }));
  if (isObject(plan) && plan.draw !== certificate.draw) {
    said.push(say("value", "draw", { expected: String(plan.draw), stated: String(certificate.draw) }));
  }
  return said;
}

function rosterFindings(bundle: Bundle): Finding[] {
  const said: Finding[] = [];
  for (const [item, rows] of Object.entries(bundle.rosters)) {
    const known = ["id", "stratum", "district"];
    if (
      rows.some(
        (row) => Object.keys(row).some((key) => !known.includes(key)) || (row.district as unknown) === null,
      )
    ) {
      said.push(say("roster_rule", `rosters.${item}`, { rule: "roster_field", detail: item }));
    }
    const ids = rows.map((row) => row.id);
    const ordered = [...ids].sort(byText);
    if (ids.some((id, at) => id !== ordered[at])) {
      said.push(say("roster_rule", `rosters.${item}`, { rule: "roster_order", detail: item }));
    }
  }
  const refusal = refusalOf(() => checkRosters(bundle.certificate.plan, bundle.rosters));
  if (refusal) {
    said.push(say("roster_rule", "rosters", { rule: refusal.code, detail: refusal.detail }));
    if (refusal.code !== "roster_changed") said.push(say("unrepeatable", "strata", { detail: "rosters" }));
  }
  return said;
}

function ceremonyFindings(certificate: Certificate): Finding[] {
  const { plan, ceremony } = certificate;
  const broken = refusalOf(() => checkRecord(plan, ceremony));
  if (broken) {
    return [say("ceremony_rule", "ceremony", { rule: broken.code, detail: broken.detail || "ceremony" })];
  }
  const said: Finding[] = [];
  const refusal = refusalOf(() => checkCeremony(plan, ceremony));
  if (refusal) {
    said.push(say("ceremony_rule", "ceremony", { rule: refusal.code, detail: refusal.detail || "ceremony" }));
  }
  const seeds = [certificate.plan_digest, planDigest(plan)].map((p) => deriveSeed(p, ceremony));
  if (!seeds.includes(certificate.seed)) {
    said.push(say("seed", "seed", { found: seeds[0]!, stated: certificate.seed }));
  }
  const expected = face(plan, ceremony);
  if (short(certificate.face) !== short(expected)) {
    const facts = { expected: expected.join(" ") || "-", stated: short(certificate.face) };
    const finding = say("face", "face", facts);
    said.push({ ...finding, zh: `${finding.zh}（${explainFace(expected)[0]}）` });
  }
  return said;
}

function resultFindings(bundle: Bundle): Finding[] {
  const { certificate, rosters } = bundle;
  const seed = repeatingSeed(bundle);
  const drawn = draw(certificate.plan, rosters, seed);
  const dealt = pairTasks(certificate.plan, drawn.tasks, seed);
  return [
    ...rowFindings.strata(certificate.strata, drawn.strata),
    ...rowFindings.tasks(certificate.tasks, dealt.tasks),
    ...rowFindings.loads(certificate.loads, dealt.loads),
  ];
}

/** The stated seed, unless only it was altered: then the one that the ceremony gives repeats the draw. */
function repeatingSeed({ certificate, rosters }: Bundle): string {
  let derived: string;
  try {
    derived = deriveSeed(certificate.plan_digest, certificate.ceremony);
  } catch {
    return certificate.seed;
  }
  const stated = canonical(certificate.strata);
  const fits = [certificate.seed, derived].find(
    (seed) => canonical(draw(certificate.plan, rosters, seed).strata) === stated,
  );
  return fits ?? certificate.seed;
}
