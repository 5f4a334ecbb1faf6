/**
 * What a rule says when it cannot accept its input: the mirror of server/core/refusal.py.
 * `code` is stable and the same in both languages; `detail` is for developers, never for the screen.
 */
export class Refused extends Error {
  readonly code: string;
  readonly detail: string;

  constructor(code: string, detail = "") {
    super(detail === "" ? code : `${code}: ${detail}`);
    this.name = "Refused";
    this.code = code;
    this.detail = detail;
  }
}
