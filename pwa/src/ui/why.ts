/**
 * Why an item is asked: its condition in words. Conditions are CEL; the forms that checklists mostly use are said
 * as a sentence, of any other the values that it looked at are told. Nothing is decided here.
 */
import type { Definition, Expression, Field, Item, Section, State } from "@/core/checklist/types";
import type { Speech } from "@/locales";
import { answerWords } from "./checklist";

type Named = Field & { type: string };

const TERM = /^(!)?\s*(?:"([^"]*)"\s+in\s+(\w+)|(\w+)\s*(==|!=|>=|<=|>|<)\s*(?:"([^"]*)"|(-?\d+))|(\w+))$/;

/** One term of a condition; the groups of TERM by name. */
interface Term {
  not: boolean;
  name: string;
  relation: string;
  value: string;
}

function termOf(text: string): Term | null {
  const match = TERM.exec(text.trim());
  if (match === null) return null;
  const [, not, member, list, name, relation, word, number, flag] = match;
  if (list !== undefined) return { not: !!not, name: list, relation: "in", value: member! };
  if (flag !== undefined) return { not: !!not, name: flag, relation: "is", value: "" };
  return not ? null : { not: false, name: name!, relation: relation!, value: (word ?? number)! };
}

/** What a name of an expression stands for: an item, a calculated value, a fact, a setting. */
function named(definition: Definition, name: string): Named | null {
  for (const { items } of definition.sections) {
    for (const item of items) {
      if (item.code === name) return item;
      const value = item.computed.find((one) => `${item.code}_${one.key}` === name);
      if (value !== undefined) return value;
    }
  }
  const other = [...definition.facts, ...definition.settings].find((one) => one.key === name);
  return other === undefined ? null : { ...other, min: undefined };
}

function sentence(term: Term, definition: Definition, speech: Speech): string | null {
  const about = named(definition, term.name);
  if (about === null) return null;
  const title = speech.pick(about.title);
  if (term.relation === "is") return speech.t(term.not ? "why.is_not" : "why.is", { title });
  const value = answerWords(
    /^-?\d+$/.test(term.value) ? Number(term.value) : term.value,
    asChoice(about),
    definition,
    speech,
  );
  const key = { "==": "equal", "!=": "unequal", in: term.not ? "without" : "with" }[term.relation];
  if (key !== undefined) return speech.t(`why.${key}`, { title, value });
  return speech.t("why.compared", { title, relation: RELATIONS[term.relation]!, value });
}

const RELATIONS: Readonly<Record<string, string>> = { ">": ">", "<": "<", ">=": "≥", "<=": "≤" };

/** A member of a list is said like a choice of it. */
function asChoice(field: Named): Named {
  return field.type === "multi" ? { ...field, type: "choice" } : field;
}

/** A condition as a sentence; null where it is of no form that has one. */
export function inWords(
  condition: Pick<Expression, "expr">,
  definition: Definition,
  speech: Speech,
): string | null {
  const join = condition.expr.includes("||") ? "||" : "&&";
  if (/[()]/.test(condition.expr) || (join === "||" && condition.expr.includes("&&"))) return null;
  const terms = condition.expr.split(join).map(termOf);
  const words = terms.map((term) => (term === null ? null : sentence(term, definition, speech)));
  if (words.some((word) => word === null)) return null;
  return words.join(speech.t(join === "||" ? "why.or" : "why.and"));
}

/** What the condition looked at, with the values there are. */
function looked(condition: Expression, definition: Definition, state: State, speech: Speech): string {
  return condition.needs
    .flatMap((name) => {
      const about = named(definition, name);
      if (about === null) return [];
      const held = state.answers[name]?.value;
      const value = held === undefined ? "" : `：${answerWords(held, about, definition, speech)}`;
      return [speech.pick(about.title) + value];
    })
    .join(speech.t("answer.comma"));
}

/** Why this item is asked, one sentence per condition; none where it is always asked. */
export function whyAsked(
  definition: Definition,
  place: { readonly section: Section | null; readonly item: Item },
  state: State,
  speech: Speech,
): string[] {
  return [place.section?.when, place.item.when].flatMap((condition) => {
    if (condition === undefined) return [];
    const words = inWords(condition, definition, speech);
    const seen = words === null ? looked(condition, definition, state, speech) : "";
    if (words !== null) return [speech.t("why.because", { words })];
    return seen === "" ? [] : [speech.t("why.decided_by", { words: seen })];
  });
}
