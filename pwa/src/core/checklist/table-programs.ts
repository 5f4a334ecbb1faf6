/** The compiled side of one table; the mirror of a part of tables.py. */
import { RowMemory } from "./row-memory";
import { AnyOf, Program } from "./scope";
import type {
  CelEnvironment,
  CelFunction,
  CelType,
  Compile,
  Computed,
  Expression,
  Item,
  RowValue,
  Table,
} from "./types";
import { celTypes, COMPUTED_CEL } from "./values";

/** An item that has a table. */
export type TableItem = Item & { readonly table: Table };

/** The compiled side of one table. */
export class TablePrograms {
  readonly lists: readonly string[];
  readonly when = new Map<string, Program>();
  readonly values: readonly (readonly [RowValue, Program])[];
  readonly fails: AnyOf | null;
  readonly computed: readonly (readonly [Computed, Program])[];
  readonly names = new Map<string, readonly string[]>();
  /** Columns that name the unit of calculation of others, with their place among the columns. */
  readonly unitColumns: readonly (readonly [string, number])[];
  /** Names outside the table that its rows read. */
  readonly outer: readonly string[];
  readonly memory = new RowMemory();

  constructor(
    item: TableItem,
    globals: Readonly<Record<string, CelType>>,
    functions: readonly CelFunction[],
    compile: Compile,
    attributes: (catalogue: string) => readonly string[],
  ) {
    const table = item.table;
    const rowTypes: Record<string, CelType> = { row_key: "string" };
    for (const column of table.columns) {
      const types = celTypes(column, column.key, attributes);
      Object.assign(rowTypes, types);
      this.names.set(column.key, Object.keys(types));
    }
    for (const value of table.values) rowTypes[value.key] = COMPUTED_CEL[value.type]!;
    const scalars = Object.entries(rowTypes).filter(([, type]) => !type.startsWith("list"));
    this.lists = scalars.map(([name]) => name);
    const lists = Object.fromEntries(scalars.map(([name, type]) => [name, `list<${type}>` as CelType]));
    const used = outerNames(item, globals);
    this.outer = [...Object.keys(used), ...table.columns.flatMap((column) => column.among ?? [])];
    const keys = table.columns.map((column) => column.key);
    this.unitColumns = [...new Set(table.columns.flatMap((column) => column.unit_column ?? []))].map(
      (name) => [name, keys.indexOf(name)],
    );
    const rows: CelEnvironment = { variables: { ...used, ...rowTypes }, functions };
    const summary: CelEnvironment = { variables: { ...used, ...lists }, functions };
    for (const column of table.columns) {
      if (column.when !== undefined) this.when.set(column.key, new Program(column.when, rows, compile));
    }
    this.values = table.values.map((value) => [value, new Program(value, rows, compile)]);
    this.fails =
      table.row_fails_when === undefined
        ? null
        : new AnyOf(table.row_fails_when.map((rule) => new Program(rule, rows, compile)));
    this.computed = item.computed.map((value) => [value, new Program(value, summary, compile)]);
  }
}

/** Of all variables only those that the table's expressions name: small environments build fast. */
function outerNames(item: TableItem, globals: Readonly<Record<string, CelType>>): Record<string, CelType> {
  const expressions: Expression[] = [...item.table.values, ...item.computed];
  for (const column of item.table.columns) if (column.when !== undefined) expressions.push(column.when);
  expressions.push(...(item.table.row_fails_when ?? []));
  const names = new Set(expressions.flatMap((expression) => expression.needs));
  return Object.fromEntries(Object.entries(globals).filter(([name]) => names.has(name)));
}
