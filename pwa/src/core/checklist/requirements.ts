/** What a judged item still asks for, and the finding a failed one becomes; mirror of requirements.py. */
import { ofClass } from "../results";
import type { ItemPrograms } from "./compiled";
import { basisTexts, effectiveClass } from "./outcome";
import type { Run } from "./run";
import { isTrue } from "./scope";
import { ofItem } from "./sentences";
import type { FailureClass, Item, Option, Verdict } from "./types";
import { oneLine, trimmed } from "./words";

/**
 * Add to the run what is missing for `verdict`, and the finding if it is fail. An item without a class is
 * about the visit, not about the business: it never becomes a finding.
 */
export function require(run: Run, item: Item, programs: ItemPrograms, verdict: Verdict): void {
  evidence(run, item, verdict);
  if (verdict === "fail" && item.class !== null) finding(run, item, programs, item.class);
}

function evidence(run: Run, item: Item, verdict: Verdict): void {
  const rule = item.evidence;
  if (rule === undefined) return;
  const always = rule.on === "always" || item.type === "photo" || item.type === "signature";
  if (verdict !== "fail" && !(always && verdict === "pass")) return;
  const have = run.pictures(item.code, item.type === "signature");
  if (have < rule.min) run.miss(item.code, item.code, "evidence", { title: item.title, n: rule.min - have });
}

function finding(run: Run, item: Item, programs: ItemPrograms, otherwise: FailureClass): void {
  const { code } = item;
  const noted = run.texts.get(code) ?? [];
  const words = noted.map((value) => oneLine(value.text)).filter((text) => text !== "");
  const corrected = noted.length > 0 && noted.every((value) => value.corrected_on_site);
  const corrections = noted.map((value) => oneLine(value.correction_text ?? ""));
  if (item.finding && words.length === 0) run.miss(code, code, "finding", { title: item.title });
  if (corrected && !corrections.some((text) => trimmed(text) !== "")) {
    run.miss(code, code, "correction", { title: item.title });
  }
  const declared = effectiveClass(declaredClass(run, item, programs) ?? otherwise, corrected);
  run.findings.push({
    code,
    title: item.title,
    class: declared,
    result: option(run, item)?.result || ofClass(declared),
    text: words.length > 0 ? words.join("；") : ofItem(run, item, "fail"),
    corrected,
    correction: corrections.filter((text) => text !== "").join("；"),
    restricted: item.visibility === "restricted",
    basis: basisTexts(run.checklist.definition.catalogues.laws, item.basis, run.date),
    refer_to: (declared === "X" ? item.refer_to : undefined) ?? null,
  });
}

function option(run: Run, item: Item): Option | undefined {
  const raw = run.state.answers[item.code]?.value;
  return item.options?.find((candidate) => candidate.key === raw);
}

/** The chosen option's failure class, else that of the first grade that holds; null: the item's own. */
function declaredClass(run: Run, item: Item, programs: ItemPrograms): FailureClass | null {
  const stated = option(run, item)?.class;
  if (stated !== undefined) return stated;
  for (const [grade, program] of programs.grades) if (isTrue(program.run(run.scope))) return grade;
  return null;
}
