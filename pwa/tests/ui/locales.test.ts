/** Chinese and English say the same things: same files, same keys, same values to be filled in. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("../../src/locales/", import.meta.url);

interface Words {
  [key: string]: string | Words;
}

function read(language: string, file: string): Words {
  return JSON.parse(readFileSync(new URL(`${language}/${file}`, folder), "utf8")) as Words;
}

function flat(words: Words, before = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[before + key, value] as [string, string]] : flat(value, `${before}${key}.`),
  );
}

const files = readdirSync(new URL("zh-CN/", folder)).sort();

it("has the same files in both languages", () => {
  expect(readdirSync(new URL("en/", folder)).sort()).toEqual(files);
});

describe.each(files)("%s", (file) => {
  const zh = new Map(flat(read("zh-CN", file)));
  const en = new Map(flat(read("en", file)));

  it("has the same keys", () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
  });

  it("fills in the same values", () => {
    const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();
    for (const [key, text] of zh)
      expect({ key, names: names(en.get(key)!) }).toEqual({ key, names: names(text) });
  });

  it("leaves nothing empty and nothing that the message format would misread", () => {
    for (const [key, text] of [...zh, ...en]) {
      expect(text.trim(), key).not.toBe("");
      expect(text, key).not.toMatch(/[|@]|\{[^}\w]/);
    }
  });

  it("has no Chinese characters in the English words", () => {
    for (const [key, text] of en) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
  });
});

describe("every sentence that a screen asks for is there", () => {
  const sources = new URL("../../src/", import.meta.url);
  const words = new Map(
    ["app.json", "field.json", "lead.json", "room.json"].flatMap((file) => flat(read("zh-CN", file))),
  );
  const screens = ["app", "ui", "field", "lead", "room"].flatMap((area) =>
    readdirSync(new URL(`${area}/`, sources), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(vue|ts)$/.test(name))
      .map((name) => `${area}/${name}`),
  );

  it.each(screens)("%s", (file) => {
    const text = readFileSync(new URL(file, sources), "utf8");
    for (const [, key] of text.matchAll(/\b(?:t|say)\(\s*["']([a-z_]+(?:\.[a-z_0-9]+)*)["']/g)) {
      expect(words.has(key!), key).toBe(true);
    }
    // `verdict.${key}`: at least the group must exist.
    for (const [, group] of text.matchAll(/\b(?:t|say)\(\s*`([a-z_]+)\.[^`]*\$\{/g)) {
      expect(
        [...words.keys()].some((key) => key.startsWith(`${group}.`)),
        group,
      ).toBe(true);
    }
  });
});

it("has no words that no screen says", () => {
  const sources = new URL("../../src/", import.meta.url);
  const names = readdirSync(sources, { recursive: true, encoding: "utf8" });
  const said = names
    .filter((name) => /\.(vue|ts)$/.test(name))
    .map((name) => readFileSync(new URL(name, sources), "utf8"))
    .join("\n");
  const whole = new Set([...said.matchAll(/[A-Za-z]\w*(?:\.\w+)*/g)].map(([name]) => name));
  // By its whole name, or by one whose end is filled in: `verdict.${key}`, `login.stored_${n}`.
  const begun = new Set([...said.matchAll(/`([a-z]\w*\.[\w.]*)\$\{/g)].map((match) => match[1]!));
  const unsaid = files
    .flatMap((file) => flat(read("zh-CN", file)).map(([key]) => key))
    .filter((key) => !whole.has(key) && ![...begun].some((start) => key.startsWith(start)));
  expect(unsaid).toEqual([]);
});

it("every refusal of the phone has its sentence", () => {
  const sources = new URL("../../src/", import.meta.url);
  const words = new Map(flat(read("zh-CN", "app.json")));
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const codes = files.flatMap((name) =>
    [
      ...readFileSync(new URL(name, sources), "utf8").matchAll(
        /new Refusal\(\s*"([a-z_]+)"|super\("([a-z_]+)"\)/g,
      ),
    ].map((match) => match[1] ?? match[2]!),
  );
  expect(codes.filter((code) => !words.has(`errors.${code}`))).toEqual([]);
});
