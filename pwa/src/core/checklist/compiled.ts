/** A compiled checklist, ready to be evaluated again and again; the mirror of compiled.py. */
import { functions } from "./functions";
import { AnyOf, Program } from "./scope";
import { type TableItem, TablePrograms } from "./table-programs";
import { Draws } from "./tables";
import type {
  CatalogueEntry,
  CelEnvironment,
  CelType,
  Compile,
  Computed,
  Definition,
  Expression,
  FailureClass,
  Item,
  Option,
  Section,
} from "./types";
import { celTypes, COMPUTED_CEL, type TypedField } from "./values";

const VISIT: Readonly<Record<string, CelType>> = {
  visit_date: "timestamp",
  visit_start: "timestamp",
  visit_number: "int",
  visit_cap: "int",
};
const FACT_CEL = { integer: "int", boolean: "bool", date: "timestamp", text: "string" } as const;

/** What the record needs to put a value into words. */
export interface Wording {
  readonly type: string;
  readonly options?: readonly Option[];
  readonly entries?: readonly CatalogueEntry[];
  readonly units?: readonly string[];
  readonly unit_column?: string;
  readonly scale?: number;
}

export function hasTable(item: Item): item is TableItem {
  return item.table !== undefined;
}

/** The compiled side of one item. */
export class ItemPrograms {
  readonly names: readonly string[];
  readonly when: Program | null;
  readonly fails: AnyOf | null;
  readonly grades: readonly (readonly [FailureClass, Program])[];
  readonly table: TablePrograms | null;
  readonly computed: readonly (readonly [Computed, Program])[];

  constructor(item: Item, checklist: Checklist) {
    const { environment, compile } = checklist;
    const program = (expression: Expression): Program => new Program(expression, environment, compile);
    const optional = (expression?: Expression): Program | null =>
      expression === undefined ? null : program(expression);
    this.names = Object.keys(ownNames(item, checklist.attributes));
    this.when = optional(item.when);
    this.fails = item.fails_when === undefined ? null : new AnyOf(item.fails_when.map(program));
    this.grades = (item.grades ?? []).map((grade) => [grade.class, program(grade)]);
    this.table = hasTable(item)
      ? new TablePrograms(item, checklist.variables, environment.functions, compile, checklist.attributes)
      : null;
    this.computed = this.table?.computed ?? item.computed.map((value) => [value, program(value)]);
  }
}

/** The variables that an item gives to expressions below it: name → CEL type. */
export function ownNames(
  item: Item,
  attributes: (catalogue: string) => readonly string[],
): Record<string, CelType> {
  const names = celTypes(item, item.code, attributes);
  if (item.table === undefined) return names;
  names[`${item.code}_rows`] = "int";
  names[`${item.code}_failed`] = "int";
  if (item.table.source === "drawn") {
    names[`${item.code}_total`] = "int";
    names[`${item.code}_drawn`] = "int";
  }
  return names;
}

/** Make it once with `compileChecklist` and evaluate often; expressions compile when first needed. */
export class Checklist {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly environment: CelEnvironment;
  readonly sections: readonly (readonly [Section, Program | null])[];
  readonly specs: ReadonlyMap<string, Wording>;
  readonly draws = new Draws();
  private readonly items = new Map<string, ItemPrograms>();
  private readonly rows = new Map<string, ReadonlyMap<string, Wording>>();

  constructor(
    readonly definition: Definition,
    readonly compile: Compile,
  ) {
    this.variables = this.allVariables();
    this.environment = { variables: this.variables, functions: functions(definition.catalogues.holidays) };
    this.sections = definition.sections.map((section) => [
      section,
      section.when === undefined ? null : new Program(section.when, this.environment, compile),
    ]);
    this.specs = this.allSpecs();
  }

  readonly attributes = (catalogue: string): readonly string[] =>
    this.definition.catalogues.lists[catalogue]!.attributes;

  programs(item: Item): ItemPrograms {
    let programs = this.items.get(item.code);
    if (programs === undefined) {
      programs = new ItemPrograms(item, this);
      this.items.set(item.code, programs);
    }
    return programs;
  }

  private allVariables(): Record<string, CelType> {
    const variables: Record<string, CelType> = { ...VISIT };
    for (const fact of this.definition.facts) variables[fact.key] = FACT_CEL[fact.type];
    for (const setting of this.definition.settings) variables[setting.key] = "int";
    for (const item of this.definition.sections.flatMap((section) => section.items)) {
      Object.assign(variables, ownNames(item, this.attributes));
      for (const value of item.computed) variables[`${item.code}_${value.key}`] = COMPUTED_CEL[value.type]!;
    }
    return variables;
  }

  private allSpecs(): Map<string, Wording> {
    const specs = new Map<string, Wording>([
      ["visit_date", { type: "date" }],
      ["visit_start", { type: "datetime" }],
    ]);
    for (const spec of [...this.definition.facts, ...this.definition.settings]) specs.set(spec.key, spec);
    for (const item of this.definition.sections.flatMap((section) => section.items)) {
      specs.set(item.code, this.worded(item));
      for (const value of item.computed) specs.set(`${item.code}_${value.key}`, value);
    }
    return specs;
  }

  rowSpecs(item: TableItem): ReadonlyMap<string, Wording> {
    let specs = this.rows.get(item.code);
    if (specs === undefined) {
      const columns = item.table.columns.map((column): [string, Wording] => [
        column.key,
        this.worded(column),
      ]);
      specs = new Map([
        ...columns,
        ...item.table.values.map((value): [string, Wording] => [value.key, value]),
      ]);
      this.rows.set(item.code, specs);
    }
    return specs;
  }

  /** A field with the entries of its catalogue at hand. */
  private worded(field: TypedField): Wording {
    if (field.catalogue === undefined) return field;
    return { ...field, entries: this.definition.catalogues.lists[field.catalogue]!.entries };
  }
}
