/**
 * From the findings of a verifier to a list that anybody can read: one line per thing that was checked, each with what
 * is wrong in words. A step that could not be reached says so; it is not "all right".
 */
import { say, verifyChain, verifyFile } from "@/core/draw";
import type { Bundle, ChainRow, Finding } from "@/core/draw";

export const STEPS = [
  ...(["file", "digest", "plan", "rosters", "ceremony", "seed", "face", "strata", "tasks"] as const),
  ...(["annex", "amendments", "chain", "signature"] as const),
];
export type StepName = (typeof STEPS)[number];
/** `kept`: there is nothing to check in this file; `unreached`: something before it stopped the calculation. */
export type StepState = "pass" | "fail" | "kept" | "unreached";

export interface Step {
  name: StepName;
  state: StepState;
  findings: Finding[];
}

/** What a person wants to know of a certificate before its checks. */
export interface Facts {
  draw: string;
  title: string;
  bureau: string;
  number: number;
  digest: string;
  executedAt: string;
  seed: string;
  premises: number;
  drawn: number;
  inspectors: number;
  face: string[];
  full: boolean;
  pseudonyms: boolean;
  planned: string;
}

export interface Checked {
  facts: Facts | null;
  steps: Step[];
}

const PLACES: Record<string, StepName> = {
  bundle: "file",
  certificate: "file",
  plan_digest: "plan",
  draw: "plan",
  loads: "tasks",
};
/** After these nothing can be calculated any more. */
const STOPPING = new Set(["file", "plan", "rosters"]);

export function stepOf(finding: Finding): StepName {
  const place = finding.where.split(".")[0] ?? "file";
  const name = PLACES[place] ?? place;
  return (STEPS as readonly string[]).includes(name) ? (name as StepName) : "file";
}

/** Runs a bundle's bytes again, and the chain where there is one. */
export function checkFile(bytes: Uint8Array, chain: readonly ChainRow[] | null): Checked {
  const found = verifyFile(bytes);
  const bundle = bundleOf(bytes);
  const said = new Map<StepName, Finding[]>();
  for (const finding of found) {
    // What could not be calculated again is told where the cause is.
    const name =
      finding.code === "unrepeatable" ? (finding.where === "strata" ? "strata" : "file") : stepOf(finding);
    said.set(name, [...(said.get(name) ?? []), finding]);
  }
  const onChain = chain === null || bundle === null ? [] : chainFindings(bundle, chain);
  if (onChain.length > 0) said.set("chain", onChain);
  const stopped = found.some((row) => row.code === "not_json" || row.code === "shape");
  const broken = found.some((row) => row.code === "unrepeatable");
  const steps = STEPS.map((name): Step => {
    const findings = said.get(name) ?? [];
    if (findings.length > 0) return { name, state: "fail", findings };
    return { name, state: stateOf(name, bundle, chain, stopped, broken), findings };
  });
  return { facts: bundle === null || stopped ? null : factsOf(bundle), steps };
}

function stateOf(
  name: StepName,
  bundle: Bundle | null,
  chain: readonly ChainRow[] | null,
  stopped: boolean,
  broken: boolean,
): StepState {
  if (bundle === null || (stopped && name !== "file")) return name === "file" ? "pass" : "unreached";
  if (
    broken &&
    !STOPPING.has(name) &&
    !["digest", "ceremony", "seed", "face", "chain", "signature"].includes(name)
  )
    return "unreached";
  if (name === "annex") return bundle.annex === null ? "kept" : "pass";
  if (name === "amendments") return bundle.amendments.length === 0 ? "kept" : "pass";
  if (name === "chain") return chain === null ? "kept" : "pass";
  return name === "signature" ? "kept" : "pass";
}

/** Does the chain hold, and is the certificate the one that stands in it? */
function chainFindings(bundle: Bundle, chain: readonly ChainRow[]): Finding[] {
  const { number } = bundle.certificate;
  let said: Finding[];
  try {
    said = verifyChain(chain);
  } catch (error) {
    return [say("shape", "chain", { detail: String(error).slice(0, 80) })];
  }
  const row = chain.find((one) => one.number === number);
  if (row !== undefined && row.digest === bundle.digest) return said;
  const stated = row?.digest ?? "—";
  return [
    ...said,
    {
      code: "chain_other",
      where: `chain.${number}`,
      zh: `记录链第 ${number} 号公布的摘要是 ${stated}，本文件的是 ${bundle.digest}：这不是公布的那一份。`,
      en: `Record ${number} of the chain was published with the digest ${stated}; this file has ${bundle.digest}: it is not the one that was published.`,
    },
  ];
}

/** The bundle in a file, if it has the outline of one. */
export function bundleOf(bytes: Uint8Array): Bundle | null {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Bundle> | null;
    const whole = typeof value?.certificate === "object" && value.certificate !== null;
    return whole && typeof value.digest === "string" ? (value as Bundle) : null;
  } catch {
    return null;
  }
}

/** Null where the certificate lacks what it should say: its findings tell what. */
function factsOf(bundle: Bundle): Facts | null {
  try {
    return toldBy(bundle);
  } catch {
    return null;
  }
}

function toldBy({ certificate, digest, annex, rosters }: Bundle): Facts {
  const { plan } = certificate;
  const premises = new Set(Object.values(rosters).flatMap((lines) => lines.map((line) => line.id)));
  const people = certificate.tasks.flatMap((task) => task.groups.flatMap((group) => group.inspectors));
  return {
    draw: `${plan.year}-${String(plan.sequence).padStart(2, "0")}`,
    title: plan.title,
    bureau: plan.bureau.name,
    number: certificate.number,
    digest,
    executedAt: certificate.at,
    seed: certificate.seed,
    premises: premises.size,
    drawn: certificate.tasks.length,
    inspectors: new Set(people).size,
    face: [...certificate.face],
    full: annex !== null,
    pseudonyms: plan.rosters.some((row) => row.ids === "pseudonym"),
    planned: certificate.plan_digest,
  };
}
