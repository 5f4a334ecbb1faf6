/**
 * How fast the phone's engine is, without the browser: reads {definition, state, context, runs} on stdin,
 * writes {first, evaluate, record} in CPU milliseconds: the first evaluation with its compiling, then of many
 * batches the tenth, fiftieth and ninetieth percentile. Before each evaluation one more answer or cell is another,
 * as on a phone.
 */
import { resolve } from "node:path";
import { runnerImport } from "vite";

const src = resolve(import.meta.dirname, "../../src");
const load = async (file) =>
  (await runnerImport(resolve(src, file), { logLevel: "silent", configFile: false })).module;
const [{ compileChecklist, evaluate, record }, { compileCel }] = await Promise.all([
  load("core/checklist/index.ts"),
  load("app/cel.ts"),
]);

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { definition, state, context, runs } = JSON.parse(text);

const BATCH = 20;
// CPU time, because other work on the machine must not count.
const cpu = (work) => {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
};
const medians = (work) => {
  const batch = () => {
    for (let n = 0; n < BATCH; n += 1) work();
  };
  const times = Array.from({ length: runs }, () => cpu(batch) / BATCH).sort((left, right) => left - right);
  return [0.1, 0.5, 0.9].map((share) => times[Math.floor(runs * share)]);
};
let checklist;
const first = cpu(() => {
  checklist = compileChecklist(definition, compileCel);
  evaluate(checklist, state, context);
});
/** The state after one more answer, for many answers in turn: whole numbers get one more. */
const numbers = Object.entries(state.answers).filter(([, { value }]) => Number.isInteger(value));
const states = numbers.slice(0, 200).map(([path, { value }]) => ({
  ...state,
  answers: { ...state.answers, [path]: { value: value + 1 } },
}));
let turn = 0;
const next = () => states[(turn += 1) % states.length];
for (let warm = 0; warm < 200; warm += 1) evaluate(checklist, next(), context);
const measured = {
  first,
  evaluate: medians(() => evaluate(checklist, next(), context)),
  record: medians(() => record(checklist, next(), context)),
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
