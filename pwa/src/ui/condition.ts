/** Conditions of checklists as trees: the part of CEL that asks and judges. Nothing is decided here. */

export type Operand =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "negative"; readonly of: Operand }
  | { readonly kind: "call"; readonly name: string; readonly of: readonly Operand[] };

export type Condition =
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "flag"; readonly name: string }
  | {
      readonly kind: "compared";
      readonly left: Operand;
      readonly relation: string;
      readonly right: Operand;
    };

const TOKEN = /\s*(?:"([^"\\]*)"|(\d+)|(\w+)|(&&|\|\||[=!<>]=|[<>!(),-]))/y;
const RELATIONS: readonly string[] = ["==", "!=", "<", "<=", ">", ">=", "in"];

interface Token {
  readonly kind: "text" | "number" | "name" | "sign";
  readonly said: string;
}

/** What stands in an expression that has no form of ours. */
class Unread extends Error {}

function tokensOf(expr: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const whole = expr.trimEnd();
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (match === null) throw new Unread();
    const [, text, number, name, sign] = match;
    if (text !== undefined) tokens.push({ kind: "text", said: text });
    else if (number !== undefined) tokens.push({ kind: "number", said: number });
    else if (name !== undefined) tokens.push({ kind: "name", said: name });
    else tokens.push({ kind: "sign", said: sign! });
  }
  return tokens;
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Condition {
    const found = this.joined("or");
    if (this.at < this.tokens.length) throw new Unread();
    return found;
  }

  /** && binds closer than ||. */
  private joined(kind: "and" | "or"): Condition {
    const next = (): Condition => (kind === "or" ? this.joined("and") : this.single());
    const of = [next()];
    while (this.took(kind === "or" ? "||" : "&&")) of.push(next());
    return of.length === 1 ? of[0]! : { kind, of };
  }

  private single(): Condition {
    if (this.took("!")) return { kind: "not", of: this.single() };
    if (this.took("(")) {
      const inside = this.joined("or");
      this.must(")");
      return inside;
    }
    const left = this.operand();
    const relation = RELATIONS.find((one) => this.took(one));
    if (relation !== undefined) return { kind: "compared", left, relation, right: this.operand() };
    if (left.kind !== "name") throw new Unread();
    return { kind: "flag", name: left.name };
  }

  private operand(): Operand {
    if (this.took("-")) return { kind: "negative", of: this.operand() };
    const token = this.tokens[this.at++];
    if (token?.kind === "text") return { kind: "literal", value: token.said };
    if (token?.kind === "number") return { kind: "literal", value: Number(token.said) };
    if (token?.kind !== "name") throw new Unread();
    if (!this.took("(")) return { kind: "name", name: token.said };
    const of = [this.operand()];
    while (this.took(",")) of.push(this.operand());
    this.must(")");
    return { kind: "call", name: token.said, of };
  }

  private took(said: string): boolean {
    const token = this.tokens[this.at];
    const there = token?.said === said && token.kind !== "text" && token.kind !== "number";
    if (there) this.at += 1;
    return there;
  }

  private must(said: string): void {
    if (!this.took(said)) throw new Unread();
  }
}

/** An expression as a tree; null where it is more than comparisons joined by and, or, not and brackets. */
export function conditionOf(expr: string): Condition | null {
  try {
    return new Reader(tokensOf(expr)).whole();
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}
