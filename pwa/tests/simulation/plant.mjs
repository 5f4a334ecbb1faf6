/**
 * Plants one bug after the other and runs lives until one of them notices: `node tests/simulation/plant.mjs [name …]`.
 * Server bugs are planted in a copy of the project's Python. First the seed that caught the bug last time
 * (mutants.json), then others, beginning where its `from` says that such lives are (temper.ts), or at 1. Prints a line
 * per bug and ends with 1 if one went unseen. PLANT_WRITE=1 notes the seeds, here and in docs/simulation.md.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PWA = resolve(HERE, "../..");
const PROJECT = resolve(PWA, "..");
const LIST = join(HERE, "mutants.json");
/** Each is one small change to the shipped code, of the kind people make; `find` stands in the file exactly once. */
const MUTANTS = JSON.parse(readFileSync(LIST, "utf8"));
const SEEDS = Number(process.env.SIMULATE_SEEDS ?? 40);
const PAGE = join(PROJECT, "docs/simulation.md");
const IN_TABLE = /^\| .* \| `.*` \| .*\|$/;

/** A copy of the server with the bug in it; the rest of the project is linked. */
function copyWith({ file, find, put, name }) {
  const copy = mkdtempSync(join(tmpdir(), "suicha-mutant-"));
  for (const folder of ["server", "tests"]) {
    cpSync(join(PROJECT, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !/node_modules|__pycache__/.test(path),
    });
  }
  for (const linked of [".venv", "checklists", "migrations"])
    symlinkSync(join(PROJECT, linked), join(copy, linked));
  const text = readFileSync(join(copy, file), "utf8");
  if (text.split(find).length !== 2) throw new Error(`nowhere to plant: ${name}`);
  writeFileSync(
    join(copy, file),
    text.replace(find, () => put),
  );
  return copy;
}

/** Runs lives until one goes wrong; answers its seed, or null. */
function lives(environment, from, seeds) {
  const config = join(HERE, "vitest.config.ts");
  const words = ["run", "--config", config, "simulation.test.ts", "--bail", "1", "-t", "loses nothing"];
  const ran = spawnSync(process.execPath, [join(PWA, "node_modules/vitest/vitest.mjs"), ...words], {
    cwd: PWA,
    env: { ...process.env, ...environment, SIMULATE_FROM: String(from), SIMULATE_SEEDS: String(seeds) },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const said = ran.stdout + ran.stderr;
  if (said.includes("nowhere to plant")) throw new Error("nowhere to plant");
  if (ran.status === 0) return null;
  const seed = /^seed (\d+)$/m.exec(said);
  if (seed === null) throw new Error(`the simulation broke before any life:\n${said.slice(-3000)}`);
  return Number(seed[1]);
}

/** The first seed that notices, or null. */
function caught(mutant) {
  const inServer = mutant.file.startsWith("server/");
  const copy = inServer ? copyWith(mutant) : null;
  const environment = inServer ? { SIMULATE_PROJECT: copy } : { MUTANT: mutant.name };
  try {
    const again = mutant.seed === undefined ? null : lives(environment, mutant.seed, 1);
    return again ?? lives(environment, mutant.from ?? 1, SEEDS);
  } finally {
    if (copy !== null) rmSync(copy, { recursive: true });
  }
}

/** Writes the seeds into the list and into the document's table. */
function note() {
  writeFileSync(LIST, JSON.stringify(MUTANTS, null, 2) + "\n");
  const rows = MUTANTS.map(({ name, file, seed }) => `| ${name} | \`${file}\` | ${seed ?? "—"} |`);
  const lines = readFileSync(PAGE, "utf8").split("\n");
  const at = lines.findIndex((line) => IN_TABLE.test(line));
  const around = lines.filter((line) => !IN_TABLE.test(line));
  writeFileSync(PAGE, [...around.slice(0, at), ...rows, ...around.slice(at)].join("\n"));
}

const asked = process.argv.slice(2);
const chosen = MUTANTS.filter(({ name }) => asked.length === 0 || asked.some((word) => name.includes(word)));
let unseen = 0;
for (const mutant of chosen) {
  const seed = caught(mutant);
  if (seed === null) unseen += 1;
  process.stdout.write(`${seed === null ? "UNSEEN" : `seed ${seed}`.padEnd(8)}  ${mutant.name}\n`);
  if (seed !== null && process.env.PLANT_WRITE !== undefined) {
    mutant.seed = seed;
    note();
  }
}
process.stdout.write(`${chosen.length - unseen} of ${chosen.length} planted bugs caught\n`);
process.exitCode = unseen === 0 ? 0 : 1;
