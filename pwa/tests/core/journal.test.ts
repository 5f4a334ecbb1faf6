/** What holds for every story: the fold is a function of the set. The stories are those of the vectors. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical } from "../../src/core/canonical";
import {
  absent,
  cover,
  covered,
  fold,
  headsAt,
  seal,
  type Entry,
  type EntryBody,
} from "../../src/core/journal";

const FILE = resolve(import.meta.dirname, "../../../tests/vectors/journal/stories.json");
const stories = (
  JSON.parse(readFileSync(FILE, "utf-8")) as { tests: { given: { entries: Entry[] } }[] }[]
).flatMap((group) => group.tests.map((test) => test.given.entries));

/** A story and two parts of it in any order, which may overlap. */
const parts = fc.constantFrom(...stories).chain((story) =>
  fc.record({
    story: fc.constant(story),
    left: fc.shuffledSubarray(story),
    right: fc.shuffledSubarray(story),
    third: fc.shuffledSubarray(story),
  }),
);

const bytes = (entries: readonly Entry[]): string => canonical(fold(entries));
const byId = (entries: readonly Entry[]): Map<string, Entry> =>
  new Map(entries.map((entry) => [entry.id, entry]));

describe("fold", () => {
  it("does not depend on order and repeats", () => {
    fc.assert(
      fc.property(parts, ({ story, left, right }) => {
        expect(bytes([...left, ...story, ...right])).toBe(bytes(story));
      }),
    );
  });

  it("merges commutatively, associatively and idempotently", () => {
    fc.assert(
      fc.property(parts, ({ left, right, third }) => {
        expect(bytes([...left, ...right])).toBe(bytes([...right, ...left]));
        expect(bytes([...left, ...right, ...third])).toBe(bytes([...third, ...right, ...left]));
        expect(bytes([...left, ...left])).toBe(bytes(left));
      }),
    );
  });

  it("keeps both sides of every pair of answers that do not know each other", () => {
    const answer = fc.oneof(
      fc.constantFrom("pass", "fail", null),
      fc.integer(),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(answer, answer, (mine, theirs) => {
        const state = fold([stated("1", mine), stated("2", theirs)]);
        expect(headsAt(state, "answer", "HT101")).toHaveLength(2);
        expect(Object.keys(state.conflicts)).toHaveLength(canonical(mine) === canonical(theirs) ? 0 : 1);
      }),
    );
  });
});

describe("cover", () => {
  it("describes exactly its set, whatever else is known", () => {
    fc.assert(
      fc.property(parts, ({ story, left }) => {
        const described = cover(left);
        expect([...covered(described, byId(story))].sort()).toEqual(left.map(({ id }) => id).sort());
        expect(absent(described, byId(left))).toEqual([]);
      }),
    );
  });
});

function stated(digit: string, value: string | number | null): Entry {
  const key = `${digit.repeat(8)}-1111-4111-8111-111111111111`;
  const body: EntryBody = {
    inspection: "0192f0c1-2345-7abc-8def-0123456789ab",
    author: key,
    device: key,
    seq: 1,
    prev: null,
    at: "2026-11-22T06:05:00.000Z",
    skew_ms: 0,
    kind: "answer",
    path: "HT101",
    value,
    replaces: [],
  };
  return seal(body);
}
