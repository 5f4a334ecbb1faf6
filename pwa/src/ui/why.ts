/**
 * Why an item is asked and when it fails: conditions in words. Conditions are CEL; the forms that checklists use are
 * said as a sentence, on the phone the values that a calculation looked at are told instead. Nothing is decided here.
 */
import type { Definition, Expression, Field, Item, Section, State, Table } from "@/core/checklist/types";
import type { Speech } from "@/locales";
import { answerWords } from "./checklist";
import { conditionOf } from "./condition";
import type { Condition, Operand } from "./condition";

type Named = Field & { type: string };

/** What the names of a condition stand for, and the language it is said in. */
interface Telling {
  readonly definition: Definition;
  readonly speech: Speech;
  readonly table?: Table;
}

/** What a name of an expression stands for: an item, a column, a calculated value, a fact, a setting. */
function named({ definition, table }: Telling, name: string): Named | null {
  const inRow = [...(table?.columns ?? []), ...(table?.values ?? [])].find((one) => one.key === name);
  if (inRow !== undefined) return inRow;
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

/** A condition as a sentence; null where a name or a form in it has no words. */
function sentence(condition: Condition, telling: Telling): string | null {
  const { t } = telling.speech;
  switch (condition.kind) {
    case "flag":
      return told("is", [titleOf(condition.name, telling)], telling);
    case "not":
      return denied(condition.of, telling);
    case "compared":
      return compared(condition, telling);
    default: {
      const parts = condition.of.map((part) => {
        const words = sentence(part, telling);
        // Without brackets nobody could tell which of 且 and 或 binds closer.
        const nested = part.kind === "and" || part.kind === "or";
        return words !== null && nested ? t("why.brackets", { words }) : words;
      });
      return parts.includes(null) ? null : parts.join(t(`why.${condition.kind}`));
    }
  }
}

function denied(condition: Condition, telling: Telling): string | null {
  if (condition.kind === "flag") return told("is_not", [titleOf(condition.name, telling)], telling);
  if (condition.kind === "compared" && condition.relation === "in")
    return membership("without", condition, telling);
  return told("not", [sentence(condition, telling)], telling);
}

type Comparison = Extract<Condition, { kind: "compared" }>;

const EQUAL: Readonly<Record<string, string>> = { "==": "equal", "!=": "unequal" };
const RELATIONS: Readonly<Record<string, string>> = { ">": ">", "<": "<", ">=": "≥", "<=": "≤" };
const DATES: Readonly<Record<string, string>> = { ">": "later", "<": "earlier", ">=": "from", "<=": "until" };
const DATED: readonly string[] = ["visit_date", "visit_start", "add_days", "add_months", "in_year"];

function isDate(operand: Operand, telling: Telling): boolean {
  if (operand.kind !== "name" && operand.kind !== "call") return false;
  const type = operand.kind === "name" ? named(telling, operand.name)?.type : undefined;
  return type === "date" || type === "datetime" || DATED.includes(operand.name);
}

function compared(condition: Comparison, telling: Telling): string | null {
  const { left, relation, right } = condition;
  if (relation === "in") return membership("with", condition, telling);
  const title = operandWords(left, telling);
  const equal = EQUAL[relation];
  if (right.kind === "literal" && right.value === "" && equal !== undefined)
    return told(equal === "equal" ? "empty" : "filled", [title], telling);
  const value =
    right.kind === "literal" ? literalWords(right.value, left, telling) : operandWords(right, telling);
  if (equal === undefined && (isDate(left, telling) || isDate(right, telling)))
    return told(DATES[relation]!, [title, value], telling);
  if (equal === undefined) return told("compared", [title, RELATIONS[relation]!, value], telling);
  const quoted =
    right.kind === "literal" && value !== null ? telling.speech.t("why.value", { value }) : value;
  return told(equal, [title, quoted], telling);
}

/** `"trade" in PC102`: the list is what it is about. */
function membership(key: "with" | "without", { left, right }: Comparison, telling: Telling): string | null {
  if (left.kind !== "literal") return null;
  const value = literalWords(left.value, right, telling);
  const quoted = value === null ? null : telling.speech.t("why.value", { value });
  return told(key, [operandWords(right, telling), quoted], telling);
}

/** A sentence of the locales with its parts in order a, b, c; null where one of them has no words. */
function told(key: string, parts: readonly (string | null)[], { speech }: Telling): string | null {
  if (parts.includes(null) || !speech.has(`why.${key}`)) return null;
  return speech.t(`why.${key}`, Object.fromEntries(parts.map((part, at) => ["abc"[at], part as string])));
}

function titleOf(name: string, telling: Telling): string | null {
  const { speech } = telling;
  const about = named(telling, name);
  if (about !== null) return speech.t("why.value", { value: speech.pick(about.title) });
  return told(`visit.${name}`, [], telling);
}

/** A literal as an answer to what it is compared with: the title of a choice, a number with its unit. */
function literalWords(value: string | number, other: Operand, telling: Telling): string | null {
  if (other.kind !== "name") return String(value);
  const about = named(telling, other.name);
  if (about === null) return String(value);
  // A quantity is a scaled integer in expressions: only zero says the same in both.
  if (about.type === "quantity" && value !== 0) return null;
  // A member of a list is said like a choice of it.
  const field = about.type === "multi" ? { ...about, type: "choice" } : about;
  return answerWords(value, field, telling.definition, telling.speech);
}

function operandWords(operand: Operand, telling: Telling): string | null {
  if (operand.kind === "name") return titleOf(operand.name, telling);
  if (operand.kind === "literal") return String(operand.value);
  if (operand.kind === "negative") return null;
  const [first, second] = operand.of;
  if (operand.name === "add_months" && first !== undefined && second !== undefined) {
    const [key, months] =
      second.kind === "negative" ? ["months_before", second.of] : ["months_after", second];
    return told(`of.${key}`, [operandWords(first, telling), spanWords(months, telling)], telling);
  }
  return told(
    `of.${operand.name}`,
    operand.of.map((one) => operandWords(one, telling)),
    telling,
  );
}

function spanWords(months: Operand, telling: Telling): string | null {
  const words = operandWords(months, telling);
  return months.kind === "literal" ? told("of.months", [words], telling) : words;
}

/** A condition as a sentence, `table` for the rules of its rows; null where it is of no form that has one. */
export function inWords(
  condition: Pick<Expression, "expr">,
  definition: Definition,
  speech: Speech,
  table?: Table,
): string | null {
  const tree = conditionOf(condition.expr);
  return tree === null ? null : sentence(tree, { definition, speech, table });
}

/** What the condition looked at, with the values there are. */
function looked(condition: Expression, definition: Definition, state: State, speech: Speech): string {
  return condition.needs
    .flatMap((name) => {
      const about = named({ definition, speech }, name);
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
    // Standing in a lobby, the dates say more than the calculation on them.
    const words = /\w\(/.test(condition.expr) ? null : inWords(condition, definition, speech);
    const seen = words === null ? looked(condition, definition, state, speech) : "";
    if (words !== null) return [speech.t("why.because", { words })];
    return seen === "" ? [] : [speech.t("why.decided_by", { words: seen })];
  });
}
