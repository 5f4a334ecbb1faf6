/** Every pair of text and ground on the phone can be read in sunlight: at least 7:1, by day and by night. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../src/ui/tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split(':root:root[data-scheme="night"]');

function colours(part: string): Map<string, string> {
  return new Map([...part.matchAll(/(--sc-[a-z-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}

const day = colours(light);
const night = new Map([...day, ...colours(dark)]);

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const grounds = ["--sc-page", "--sc-card", "--sc-sunken"];
const pairs: [string, string][] = [
  ...grounds.flatMap((ground): [string, string][] => [
    ["--sc-text", ground],
    ["--sc-text-soft", ground],
  ]),
  ...["action", "pass", "fail", "warn"].flatMap((meaning): [string, string][] => [
    [`--sc-${meaning}`, "--sc-card"],
    [`--sc-${meaning}`, "--sc-page"],
    [`--sc-${meaning}`, `--sc-${meaning}-soft`],
    [`--sc-on-${meaning}`, `--sc-${meaning}`],
    ["--sc-text", `--sc-${meaning}-soft`],
  ]),
  ["--sc-on-brand", "--sc-brand"],
  ["--sc-on-camera", "--sc-camera"],
  ["--sc-ink", "--sc-paper"],
];

describe.each([
  ["day", day],
  ["night", night],
] as const)("by %s", (_name, scheme) => {
  it.each(pairs)("%s can be read on %s", (text, ground) => {
    expect(contrast(scheme.get(text)!, scheme.get(ground)!)).toBeGreaterThanOrEqual(7);
  });
});

it("a component says how a part of it looks in one place: what stands twice once coloured every answer red", () => {
  const sources = new URL("../../src/", import.meta.url);
  const twice = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".vue"))
    .flatMap((name) => {
      const style = readFileSync(new URL(name, sources), "utf8").split("<style>")[1] ?? "";
      const heads = [...style.matchAll(/^(\.[^{}]+) \{$/gm)].map((match) => match[1]!);
      return heads.filter((head, at) => heads.indexOf(head) !== at).map((head) => `${name} ${head}`);
    });
  expect(twice).toEqual([]);
});
