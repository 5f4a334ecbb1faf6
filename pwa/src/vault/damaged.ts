/** One row that the disk has damaged must not keep the others back; and the server may still have what it said. */
import { codeOf } from "./refusal";

/** For what must go on without a row that is damaged. */
export function damagedIsNone(thrown: unknown): null {
  if (codeOf(thrown) !== "row_damaged") throw thrown;
  return null;
}

/** Places of rows that the disk has damaged: the server is asked for them once, it may have what they said. */
export class Damaged {
  private readonly found = new Set<string>();
  private readonly asked = new Set<string>();

  note(place: string): void {
    if (!this.asked.has(place)) this.found.add(place);
  }

  has(place: string): boolean {
    return this.found.has(place);
  }

  /** What the server is to be asked for. */
  get places(): readonly string[] {
    return [...this.found];
  }

  /** It has sent everything again since `places` was read; what was found meanwhile is asked for the next time. */
  settled(places: readonly string[]): void {
    for (const place of places) {
      this.asked.add(place);
      this.found.delete(place);
    }
  }
}
