/** What the registry and the task say, as expressions see it; the mirror of a part of run.py. */
import { BadTime } from "../calendar";
import { startOfDay } from "./times";
import type { CelValue, Context, Fact } from "./types";

/** The value of a fact as CEL sees it; the default where the registry is silent or of another type. */
export function factValue(fact: Fact, context: Context): CelValue | null {
  let found: unknown = context;
  for (const part of fact.path.split(".")) {
    const fields = found !== null && typeof found === "object" && !Array.isArray(found) ? found : {};
    found = Object.prototype.hasOwnProperty.call(fields, part)
      ? (fields as Record<string, unknown>)[part]
      : null;
  }
  const value = hasFactType(fact, found) ? (found as number | boolean | string) : fact.default;
  if (value === null) return null;
  if (typeof value === "number") return BigInt(value);
  if (fact.type !== "date") return value;
  try {
    return startOfDay(String(value));
  } catch (error) {
    if (!(error instanceof BadTime)) throw error;
    return fact.default === null ? null : startOfDay(String(fact.default));
  }
}

function hasFactType(fact: Fact, value: unknown): boolean {
  if (fact.type === "integer") return Number.isSafeInteger(value);
  return typeof value === (fact.type === "boolean" ? "boolean" : "string");
}
