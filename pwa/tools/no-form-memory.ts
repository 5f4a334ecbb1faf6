/**
 * Browsers write what stands in a page's fields into their session files, so that a reopened tab shows it again: in
 * clear, beside our sealed vault (found by tests/journeys/loss.journey.ts). autocomplete="off" keeps a field out of
 * them. Every native field of every template gets it here, unless the template says what the field is for.
 */
interface TemplateNode {
  type: number;
  tag?: string;
  props?: { type: number; name: string; arg?: { content?: string } }[];
  loc: unknown;
}

const ELEMENT = 1;
const TEXT = 2;
const ATTRIBUTE = 6;
const FIELDS = new Set(["input", "textarea", "select"]);

/** A transform for Vue's template compiler. */
export function withoutFormMemory(node: TemplateNode): void {
  if (node.type !== ELEMENT || !FIELDS.has(node.tag ?? "")) return;
  const props = (node.props ??= []);
  if (props.some(({ name, arg }) => name === "autocomplete" || arg?.content === "autocomplete")) return;
  const { loc } = node;
  const value = { type: TEXT, content: "off", loc };
  props.push({ type: ATTRIBUTE, name: "autocomplete", nameLoc: loc, value, loc } as never);
}
