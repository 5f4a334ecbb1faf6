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

// Registering functions is the slow part, and all checklists of a page share theirs.
const bases = new WeakMap<readonly CelFunction[], Environment>();
const environments = new WeakMap<CelEnvironment, Environment>();

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

function environmentOf(environment: CelEnvironment): Environment {
  let made = environments.get(environment);
  if (made === undefined) {
    made = baseOf(environment.functions).clone();
    for (const [name, type] of Object.entries(environment.variables))
      made.registerVariable(name, native(type));
    environments.set(environment, made);
  }
  return made;
}

/** Compile `expr` for `environment`; throws BadExpression. */
export const compileCel: Compile = (expr, environment): CompiledExpression => {
  const parsed = parse(expr, environmentOf(environment));
  const checked = parsed.check();
  if (!checked.valid) throw new BadExpression("bad_expression", checked.error?.message ?? expr);
  return {
    type: (checked.type ?? "").replace(TIMESTAMP, "timestamp") as CelType,
    run: (values) => parsed(values) as CelValue,
  };
};

function parse(expr: string, environment: Environment): ReturnType<Environment["parse"]> {
  try {
    return environment.parse(expr);
  } catch (error) {
    throw new BadExpression("bad_expression", error instanceof Error ? error.message : expr);
  }
}
