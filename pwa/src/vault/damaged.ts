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

  get any(): boolean {
    return this.found.size > 0;
  }

  /** The server has sent everything again. */
  settled(): void {
    for (const place of this.found) this.asked.add(place);
    this.found.clear();
  }
}
