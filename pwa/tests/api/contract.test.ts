/**
 * The shapes written by hand in src/api/types.ts and src/office/types.ts against openapi.json: every member that the
 * app reads is in the server's schema, and of the same kind. What the server says more is nobody's trouble.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const PWA = resolve(import.meta.dirname, "../..");
const API = "src/api/types.ts";
const OFFICE = "src/office/types.ts";

/** Interface → where the server speaks of it: method, path, and "page" or "list" when it is a row of one. */
const SPOKEN: readonly [file: string, name: string, call: string, as?: "page" | "list" | "body"][] = [
  [API, "SessionAnswer", "get /api/session"],
  [API, "DeviceAnswer", "get /api/devices", "list"],
  [API, "DeviceInput", "post /api/devices", "body"],
  [API, "PullAnswer", "get /api/sync/pull"],
  [API, "PushAnswer", "post /api/sync/push"],
  [API, "ManifestAnswer", "get /api/sync/manifest"],
  [API, "QueueRow", "get /api/review/queue", "list"],
  [API, "ReviewRecord", "get /api/review/inspections/{inspection_id}"],
  [API, "ErasureRow", "get /api/evidence/erasures", "list"],
  [OFFICE, "ApartRow", "get /api/review/apart", "list"],
  [OFFICE, "RestoreRow", "get /api/restores", "list"],
  [OFFICE, "RecordRow", "get /api/documents/inspections", "page"],
  [OFFICE, "SubjectRow", "get /api/registry/subjects", "page"],
  [OFFICE, "DeviceRow", "get /api/devices", "list"],
  [OFFICE, "Plan", "get /api/planning/plans/{year}"],
  [OFFICE, "Preparation", "get /api/drawing/preparation"],
];

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  nullable?: boolean;
}
interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
const contract = JSON.parse(readFileSync(resolve(PWA, "../openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const program = ts.createProgram(
  [API, OFFICE].map((file) => resolve(PWA, file)),
  {
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  },
);
const checker = program.getTypeChecker();

function resolved(schema: Schema): Schema {
  if (schema.$ref !== undefined) return resolved(contract.components.schemas[schema.$ref.split("/").pop()!]!);
  const [only] = (schema.allOf ?? schema.anyOf ?? []).filter(({ type }) => type !== "null");
  return only === undefined ? schema : resolved(only);
}

/** The schema of what is said there; throws when the route or its page is not what the table says. */
function said(call: string, as?: string): Schema {
  const [method, path] = call.split(" ") as [string, string];
  const operation = contract.paths[path]?.[method];
  if (operation === undefined) throw new Error(`no route ${call}`);
  const content =
    as === "body"
      ? operation.requestBody?.content
      : (operation.responses["200"] ?? operation.responses["201"])?.content;
  const whole = resolved(content!["application/json"]!.schema);
  if (as === "list") return listed(whole);
  return as === "page" ? listed(resolved(whole.properties!["rows"]!)) : whole;
}

function listed(schema: Schema): Schema {
  if (schema.type !== "array") throw new Error("not a list");
  return resolved(schema.items!);
}

function interfaceOf(file: string, name: string): ts.Type {
  const source = program.getSourceFile(resolve(PWA, file))!;
  const symbol = checker
    .getExportsOfModule(checker.getSymbolAtLocation(source)!)
    .find((one) => one.name === name)!;
  return checker.getDeclaredTypeOfSymbol(symbol);
}

/** Kinds of a hand-written type, without null and undefined. */
function kindsOf(type: ts.Type): Set<string> {
  const parts = type.isUnion() ? type.types : [type];
  return new Set(parts.map(kindOf).filter((kind) => kind !== ""));
}

function kindOf(type: ts.Type): string {
  const { flags } = type;
  if (flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) return "";
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return "any";
  if (flags & ts.TypeFlags.StringLike) return "string";
  if (flags & ts.TypeFlags.NumberLike) return "number";
  if (flags & ts.TypeFlags.BooleanLike) return "boolean";
  return checker.isArrayType(type) || checker.isTupleType(type) ? "array" : "object";
}

function kindsSaid(schema: Schema): Set<string> {
  const types = [schema.type ?? (schema.properties === undefined ? [] : "object")].flat();
  return new Set(types.filter((one) => one !== "null").map((one) => (one === "integer" ? "number" : one)));
}

/** What the hand wrote and the server does not say, as "path: why". Free-form schemas end the comparison. */
function differences(type: ts.Type, schema: Schema, at: string, seen: readonly ts.Type[] = []): string[] {
  if (seen.includes(type)) return [];
  const wanted = kindsOf(type);
  const given = kindsSaid(schema);
  if (wanted.has("any") || given.size === 0) return [];
  if (![...given].some((kind) => wanted.has(kind))) {
    return [`${at}: ${[...wanted].join("|")} here, ${[...given].join("|")} there`];
  }
  const parts = (type.isUnion() ? type.types : [type]).filter((part) =>
    ["object", "array"].includes(kindOf(part)),
  );
  return parts.flatMap((part) => {
    if (kindOf(part) === "array") {
      const [member] = checker.getTypeArguments(part as ts.TypeReference);
      return schema.items === undefined
        ? []
        : differences(member!, resolved(schema.items), `${at}[]`, [...seen, type]);
    }
    if (schema.properties === undefined) return [];
    return checker
      .getPropertiesOfType(part)
      .filter(isOurs)
      .flatMap((member) => {
        const there = schema.properties![member.name];
        if (there === undefined) return [`${at}.${member.name}: not there`];
        const inner = checker.getTypeOfSymbol(member);
        return differences(inner, resolved(there), `${at}.${member.name}`, [...seen, type]);
      });
  });
}

/** The browser's own shapes (JsonWebKey) have members that nobody here reads. */
function isOurs(member: ts.Symbol): boolean {
  return member.declarations?.every((one) => one.getSourceFile().fileName.startsWith(PWA + "/src/")) ?? true;
}

describe("what the app reads", () => {
  it.each(SPOKEN)("%s %s is what %s says", (file, name, call, as) => {
    expect(differences(interfaceOf(file, name), said(call, as), name)).toEqual([]);
  });

  it("would be told of a member that is not there, and of one of another kind", () => {
    const pull = said("get /api/sync/pull");
    const session = interfaceOf(API, "SessionAnswer");
    expect(differences(session, pull, "x")).toContain("x.csrf: not there");
    const manifest = structuredClone(said("get /api/sync/manifest"));
    manifest.properties!["entries"] = { type: "string" };
    expect(differences(interfaceOf(API, "ManifestAnswer"), manifest, "x")).toEqual([
      "x.entries: array here, string there",
    ]);
    expect(() => said("get /api/documents/inspections", "list")).toThrow("not a list");
  });
});
