import { canonical, digest } from "../../../src/core/canonical";

/** Text in, canonical text and digest out. */
export function run(given: unknown): unknown {
  const { json, nested } = given as { json?: string; nested?: number };
  const value: unknown = json === undefined ? nest(nested ?? 0) : JSON.parse(json);
  return { text: canonical(value), sha256: digest(value) };
}

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
