/** The seam of the expression compiler, which is handed into core. */

export type CelType =
  "int" | "bool" | "string" | "timestamp" | "list<int>" | "list<bool>" | "list<string>" | "list<timestamp>";

export type CelValue = bigint | boolean | string | Date | CelValue[];

export interface CelFunction {
  name: string;
  parameters: CelType[];
  result: CelType;
  run: (...args: never[]) => CelValue;
}

export interface CelEnvironment {
  variables: Record<string, CelType>;
  functions: readonly CelFunction[];
}

export interface CompiledExpression {
  type: CelType;
  /** Throws when it cannot be calculated (overflow, division by zero). */
  run(values: Record<string, CelValue>): CelValue;
}

/** Handed into core: `pwa/src/app/cel.ts`. The same `env` object is compiled into many times. */
export type Compile = (expr: string, env: CelEnvironment) => CompiledExpression;
