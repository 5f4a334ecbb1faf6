/** Vectors of the narrative record; the twin of tests/core/adapters/narrative.py. */
import { compileCel } from "../../../src/app/cel";
import { compileChecklist, record } from "../../../src/core/checklist";
import { render, slotsOf } from "../../../src/core/checklist/sentences";
import { CONTEXT, whole, wholeState } from "./checklist";

interface Given {
  template?: string;
  slots?: Record<string, string>;
  definition?: unknown;
  state?: unknown;
  context?: object;
  head?: number;
}

export function run(input: unknown): unknown {
  const given = input as Given;
  if (given.template !== undefined) {
    const text = render(given.template, (name) => given.slots![name]!);
    return { text, slots: slotsOf(given.template) };
  }
  const checklist = compileChecklist(whole(given.definition), compileCel);
  const found = record(checklist, wholeState(given.state), { ...CONTEXT, ...given.context });
  const told = found.pages.flat().filter((line) => ["heading", "item", "note"].includes(line.kind));
  return {
    head: found.text.split("\n").slice(0, given.head ?? 0),
    body: told.map((line) => line.text),
    restricted: found.restricted.map((line) => line.text),
    pages: found.pages.map((page) => page.length),
  };
}
