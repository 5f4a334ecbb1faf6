/** From failed items to findings to one overall result; the mirror of server/core/checklist/outcome.py. */
import { overall as strongest } from "../results";
import type { BasisText, FailureClass, Finding, Law, LawVersion, Provision } from "./types";
import { inForce } from "./values";

const DETAIL: Partial<Record<FailureClass, string>> = { C: "police", K: "police", X: "other_department" };

/** R0 and R are one family: corrected before the officers' eyes is R0, otherwise an order (R). */
export function effectiveClass(declared: FailureClass, corrected: boolean): FailureClass {
  if (declared === "R0" || declared === "R") return corrected ? "R0" : "R";
  return declared;
}

/** The one result of the visit, and what stands behind PENDING; null while open and nothing found. */
export function overall(
  findings: readonly Finding[],
  stated: readonly string[],
  complete: boolean,
): [string | null, string[]] {
  const proposed = new Set([...stated, ...findings.map((finding) => finding.result)]);
  const details = [...new Set(findings.flatMap((finding) => DETAIL[finding.class] ?? []))].sort();
  const nothing = [...proposed].every((code) => code === "NO_PROBLEM");
  return [!complete && nothing ? null : strongest(proposed), details];
}

/** The articles behind `refs` ("law/provision") as they stood on the ISO date `on`. */
export function basisTexts(laws: readonly Law[], refs: readonly string[], on: string): BasisText[] {
  return refs.flatMap((ref) => {
    const cut = ref.indexOf("/");
    return laws
      .filter((law) => law.id === ref.slice(0, cut))
      .flatMap((law) =>
        law.versions.filter((version) => inForce(version, on)).map((version) => ({ law, version })),
      )
      .flatMap(({ law, version }) => {
        const provision = version.provisions[ref.slice(cut + 1)];
        return provision === undefined ? [] : [basisText(ref, law, version, provision)];
      });
  });
}

function basisText(ref: string, law: Law, version: LawVersion, provision: Provision): BasisText {
  return {
    ref,
    law: law.title.zh,
    version: version.version,
    article: provision.article,
    summary: provision.summary,
    text: provision.text !== undefined && provision.checked !== undefined ? provision.text : null,
  };
}
