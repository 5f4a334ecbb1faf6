/** The expression compiler handed into core: cel-js, checked for types before it is ever run. */
import { Environment } from "@marcbachmann/cel-js";
import { Refused } from "../core/refusal";
import type {
  CelEnvironment,
  CelFunction,
  CelType,
  CelValue,
  Compile,
  CompiledExpression,
} from "../core/checklist/types";

/** An expression does not compile; `detail` is the compiler's sentence. */
export class BadExpression extends Refused {}

const TIMESTAMP = "google.protobuf.Timestamp";

function native(type: CelType): string {
  return type.replace("timestamp", TIMESTAMP);
}

/** A native environment and what was compiled in it: the same condition stands on many items. */
interface Prepared {
  readonly native: Environment;
  readonly compiled: Map<string, CompiledExpression>;
}

// Registering functions is the slow part, and the environments of one checklist share theirs.
const bases = new WeakMap<readonly CelFunction[], Environment>();
const environments = new WeakMap<CelEnvironment, Prepared>();

function baseOf(functions: readonly CelFunction[]): Environment {
  let base = bases.get(functions);
  if (base === undefined) {
    base = new Environment();
    for (const { name, parameters, result, run } of functions) {
      base.registerFunction(`${name}(${parameters.map(native).join(", ")}): ${native(result)}`, run);
    }
    bases.set(functions, base);
  }
  return base;
}

function prepared(environment: CelEnvironment): Prepared {
  let made = environments.get(environment);
  if (made === undefined) {
    const base = baseOf(environment.functions).clone();
    for (const [name, type] of Object.entries(environment.variables))
      base.registerVariable(name, native(type));
    made = { native: base, compiled: new Map() };
    environments.set(environment, made);
  }
  return made;
}

/** Compile `expr` for `environment`; throws BadExpression. */
export const compileCel: Compile = (expr, environment): CompiledExpression => {
  const { native: base, compiled } = prepared(environment);
  let found = compiled.get(expr);
  if (found === undefined) {
    found = compileOnce(expr, base);
    compiled.set(expr, found);
  }
  return found;
};

function compileOnce(expr: string, base: Environment): CompiledExpression {
  const parsed = parse(expr, base);
  const checked = parsed.check();
  if (!checked.valid) throw new BadExpression("bad_expression", checked.error?.message ?? expr);
  return {
    type: (checked.type ?? "").replace(TIMESTAMP, "timestamp") as CelType,
    run: (values) => parsed(values) as CelValue,
  };
}

function parse(expr: string, environment: Environment): ReturnType<Environment["parse"]> {
  try {
    return environment.parse(expr);
  } catch (error) {
    throw new BadExpression("bad_expression", error instanceof Error ? error.message : expr);
  }
}
