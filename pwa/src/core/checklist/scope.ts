/** What expressions see; the mirror of server/core/checklist/scope.py. */
import type { CelEnvironment, CelValue, Compile, CompiledExpression, Expression } from "./types";

/** Why a name has no value: not answered, not checked, or not asked at all. */
export type Lack = "open" | "unchecked" | "absent";

export type Outcome =
  { readonly status: "known"; readonly value: CelValue } | { readonly status: Lack | "error" };

const ORDER: readonly Lack[] = ["absent", "open", "unchecked"];

/** Values known so far. A name not reached yet is open. */
export class Scope {
  readonly values = new Map<string, CelValue>();
  private readonly lacks = new Map<string, Lack>();

  set(name: string, value: CelValue): void {
    this.values.set(name, value);
  }

  lack(names: Iterable<string>, reason: Lack): void {
    for (const name of names) this.lacks.set(name, reason);
  }

  /** Take a value away again: it was a running figure and must decide nothing yet. */
  drop(name: string, reason: Lack): void {
    this.values.delete(name);
    this.lacks.set(name, reason);
  }

  reason(name: string): Lack {
    return this.lacks.get(name) ?? "open";
  }
}

/** Several rules, any of which is enough; one whose names are not asked for is left out. */
export class AnyOf {
  constructor(private readonly programs: readonly Program[]) {}

  /** known (true if any rule holds), else what keeps it from being known; absent if no rule applies. */
  run(first: Scope, second?: Scope): Outcome {
    const statuses = new Set<Outcome["status"]>();
    for (const program of this.programs) {
      const found = program.run(first, second);
      if (isTrue(found)) return found;
      statuses.add(found.status);
    }
    for (const status of ["error", "open", "unchecked"] as const) if (statuses.has(status)) return { status };
    return statuses.has("known") ? { status: "known", value: false } : { status: "absent" };
  }
}

/**
 * An expression with the names it needs, compiled when it is first run. Expressions are pure: what was found for
 * the same values the last time is found again without running it.
 */
export class Program {
  private compiled: CompiledExpression | null = null;
  private last: { readonly values: readonly CelValue[]; readonly outcome: Outcome } | null = null;

  constructor(
    private readonly expression: Expression,
    private readonly environment: CelEnvironment,
    private readonly compile: Compile,
  ) {}

  /** Run with the first scope that knows each name; lacking names decide instead of CEL. */
  run(first: Scope, second?: Scope): Outcome {
    const values: CelValue[] = [];
    let lack: Lack | null = null;
    for (const name of this.expression.needs) {
      const value = first.values.get(name) ?? second?.values.get(name);
      if (value !== undefined) values.push(value);
      else lack = stronger(lack, lackOf(name, first, second));
    }
    if (lack !== null) return LACKING[lack];
    if (this.last === null || !values.every((value, at) => value === this.last!.values[at]))
      this.last = { values, outcome: this.found(values) };
    return this.last.outcome;
  }

  private found(values: readonly CelValue[]): Outcome {
    this.compiled ??= this.compile(this.expression.expr, this.environment);
    const named = Object.fromEntries(this.expression.needs.map((name, at) => [name, values[at]!]));
    try {
      return { status: "known", value: this.compiled.run(named) };
    } catch {
      return { status: "error" };
    }
  }
}

const LACKING: Readonly<Record<Lack, Outcome>> = {
  absent: { status: "absent" },
  open: { status: "open" },
  unchecked: { status: "unchecked" },
};

function lackOf(name: string, first: Scope, second: Scope | undefined): Lack {
  const reason = first.reason(name);
  return reason !== "open" || second === undefined ? reason : second.reason(name);
}

function stronger(left: Lack | null, right: Lack): Lack {
  return left === null || ORDER.indexOf(right) < ORDER.indexOf(left) ? right : left;
}

export function isTrue(outcome: Outcome): boolean {
  return outcome.status === "known" && outcome.value === true;
}
