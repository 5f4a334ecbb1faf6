/**
 * The rows of one table as they were read last. A phone evaluates after every keystroke, and all rows but one
 * say what they said before: such a row is not read again. It is taken anew when one of its cells, its place, or
 * anything that the table reads from outside has become another value.
 */
import type { Json } from "../canonical";
import type { Row } from "./rows";
import type { Place } from "./tables";

export type Cells = readonly (Json | undefined)[];

interface Remembered {
  /** Paths of the row's cells, in the order of the columns. */
  readonly paths: readonly string[];
  readonly cells: Cells;
  readonly row: Row;
}

export class RowMemory {
  private before = new Map<string, Remembered>();
  private now = new Map<string, Remembered>();
  private outside: readonly unknown[] = [];
  private unchanged = false;

  /** Begins an evaluation; `outside` is all that rows may read besides their cells. Forgets rows that are gone. */
  begin(outside: readonly unknown[]): void {
    this.unchanged = sameMembers(outside, this.outside);
    this.outside = outside;
    this.before = this.now;
    this.now = new Map();
  }

  /** The row at `place`: as remembered, or what `read` makes of its cells. */
  row(
    place: Place,
    pathsOf: () => readonly string[],
    cellAt: (path: string) => Json | undefined,
    read: (cells: Cells) => Row,
  ): Row {
    const known = this.before.get(place.id);
    const paths = known?.paths ?? pathsOf();
    const cells = paths.map(cellAt);
    const stays =
      known !== undefined &&
      this.unchanged &&
      samePlace(known.row.place, place) &&
      sameMembers(known.cells, cells);
    const found = stays ? known : { paths, cells, row: read(cells) };
    this.now.set(place.id, found);
    return found.row;
  }
}

function samePlace(left: Place, right: Place): boolean {
  return left.key === right.key && left.title === right.title && left.source === right.source;
}

/** Whether two lists hold the very same members: entries of the journal are never changed, only replaced. */
export function sameMembers(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((member, at) => member === right[at]);
}
