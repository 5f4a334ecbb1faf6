/** Vectors of the lifecycle: the twin of tests/core/adapters/lifecycle.py. */
import type { Phase } from "../../../src/core/journal";
import { allow, type Part } from "../../../src/core/lifecycle";

export function run(input: unknown): unknown {
  const given = input as { action: string; parts: Part[]; phase: Phase; closed: boolean };
  allow(given.action, given.parts, given.phase, given.closed);
  return "allowed";
}
