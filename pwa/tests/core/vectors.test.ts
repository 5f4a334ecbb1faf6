/**
 * The shared vectors in TypeScript: every file of tests/vectors, each folder through its adapter.
 * The Python twin is tests/core/test_vectors.py; both are held to tests/vectors/counts.json.
 */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Refused } from "../../src/core/refusal";

interface Vector {
  readonly description: string;
  readonly given: unknown;
  readonly expect: unknown;
}
interface Group {
  readonly description: string;
  readonly tests: readonly Vector[];
}
interface Adapter {
  run(given: unknown): unknown;
}

const ROOT = resolve(import.meta.dirname, "../../../tests/vectors");
const adapters = import.meta.glob<Adapter>("./adapters/*.ts", { eager: true });

function folders(): string[] {
  return readdirSync(ROOT).filter(
    (name) => !name.startsWith("__") && statSync(join(ROOT, name)).isDirectory(),
  );
}

function groups(folder: string): [string, Group][] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => {
      const found = JSON.parse(readFileSync(join(ROOT, folder, name), "utf-8")) as Group[];
      return found.map((group): [string, Group] => [`${name}: ${group.description}`, group]);
    });
}

function answer(folder: string, given: unknown): unknown {
  const adapter = adapters[`./adapters/${folder}.ts`];
  if (adapter === undefined) throw new Error(`no adapter for the vectors of ${folder}`);
  try {
    return adapter.run(given);
  } catch (error) {
    if (error instanceof Refused) return { error: error.code };
    throw error;
  }
}

for (const folder of folders()) {
  describe(folder, () => {
    for (const [name, group] of groups(folder)) {
      describe(name, () => {
        it.each(group.tests)("$description", (test) => {
          expect(answer(folder, test.given)).toEqual(test.expect);
        });
      });
    }
  });
}

it("ran as many vectors as the committed counts say", () => {
  const ran = Object.fromEntries(
    folders().map((folder) => [
      folder,
      groups(folder).reduce((sum, [, group]) => sum + group.tests.length, 0),
    ]),
  );
  expect(ran).toEqual(JSON.parse(readFileSync(join(ROOT, "counts.json"), "utf-8")));
});
