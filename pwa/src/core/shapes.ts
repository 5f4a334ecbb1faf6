/**
 * Small shape checks for JSON values: predicates that compose. The mirror of server/core/shapes.py;
 * lengths count code points, so that both languages agree on long text.
 */
export type Shape = (value: unknown) => boolean;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string of `shortest` to `longest` code points. */
export function text(longest: number, shortest = 0): Shape {
  return (value) =>
    typeof value === "string" && value.length >= shortest && withinPoints(value, longest, shortest);
}

function withinPoints(value: string, longest: number, shortest: number): boolean {
  if (value.length <= longest && value.length >= shortest * 2) return true;
  let points = 0;
  for (const _ of value) points += 1;
  return points >= shortest && points <= longest;
}

/** A string that the whole pattern matches. */
export function matching(pattern: string): Shape {
  const compiled = new RegExp(`^(?:${pattern})$`);
  return (value) => typeof value === "string" && compiled.test(value);
}

/** An integer within bounds. */
export function integer(smallest: number, largest: number): Shape {
  return (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= smallest && value <= largest;
}

export const boolean: Shape = (value) => typeof value === "boolean";

export const nothing: Shape = (value) => value === null;

/** One of the strings. */
export function among(...allowed: readonly string[]): Shape {
  return (value) => typeof value === "string" && allowed.includes(value);
}

/** At least one of the shapes. */
export function either(...shapes: readonly Shape[]): Shape {
  return (value) => shapes.some((shape) => shape(value));
}

/** A list of `fewest` to `most` members of one shape. */
export function many(shape: Shape, most: number, fewest = 0): Shape {
  return (value) =>
    Array.isArray(value) && value.length >= fewest && value.length <= most && value.every(shape);
}

/** A list of ASCII strings of one shape, sorted and without repeats. */
export function ascending(shape: Shape, most: number, fewest = 0): Shape {
  const listed = many(shape, most, fewest);
  return (value) =>
    listed(value) &&
    (value as readonly string[]).every((member, at, all) => at === 0 || all[at - 1]! < member);
}

/** A list of exactly two members. */
export function pair(first: Shape, second: Shape): Shape {
  return (value) => Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
}

/** An object whose keys and members have one shape each. */
export function byKey(key: Shape, member: Shape, most: number): Shape {
  return (value) => {
    if (!isObject(value)) return false;
    const members = Object.entries(value);
    return members.length <= most && members.every(([name, held]) => key(name) && member(held));
  };
}

/** An object with exactly the required fields and any of the optional ones. */
export function fields(required: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape {
  const shapes = new Map(Object.entries({ ...required, ...optional }));
  const needed = Object.keys(required);
  return (value) =>
    isObject(value) &&
    needed.every((name) => Object.prototype.hasOwnProperty.call(value, name)) &&
    Object.entries(value).every(([name, member]) => shapes.get(name)?.(member) === true);
}
