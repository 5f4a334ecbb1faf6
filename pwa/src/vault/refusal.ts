/** What the engine says when it cannot do what it was asked; screens find the sentence under `errors.<code>`. */
import { Refused } from "../core/refusal";
import type { RefusalShape } from "../app/ports";

export type RefusalParams = Readonly<Record<string, string | number>>;

/** A refusal with the figures its sentence needs; `sentence` is set where the server has already said it. */
export class Refusal extends Refused implements RefusalShape {
  readonly sentence: string | null;
  readonly params: RefusalParams;

  constructor(code: string, params: RefusalParams = {}, sentence: string | null = null) {
    super(code, sentence ?? "");
    this.name = "Refusal";
    this.params = params;
    this.sentence = sentence;
  }
}

/** The code of anything thrown; `unexpected` for what is not ours. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Refused ? thrown.code : "unexpected";
}

/** One of our refusals, as opposed to a fault. */
export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Refused;
}
