/**
 * The checklist engine of the phone, driven from outside: reads {definitions, cases} as JSON on stdin,
 * writes one canonical answer per case. tests/core/test_checklist_twin.py compares them with Python's.
 */
import { resolve } from "node:path";
import { runnerImport } from "vite";

const src = resolve(import.meta.dirname, "../../src");
const load = async (file) =>
  (await runnerImport(resolve(src, file), { logLevel: "silent", configFile: false })).module;
const [{ compileChecklist, evaluate, record }, { compileCel }, { canonical }] = await Promise.all([
  load("core/checklist/index.ts"),
  load("app/cel.ts"),
  load("core/canonical.ts"),
]);

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { definitions, cases } = JSON.parse(text);
const checklists = definitions.map((definition) => compileChecklist(definition, compileCel));
const answers = cases.map(({ definition, state, context }) => {
  const checklist = checklists[definition];
  return canonical({
    evaluation: evaluate(checklist, state, context),
    record: record(checklist, state, context),
  });
});
process.stdout.write(`${answers.join("\n")}\n`);
