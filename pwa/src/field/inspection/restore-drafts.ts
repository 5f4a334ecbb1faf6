/**
 * After a kill: what was typed and not yet stated is stated now, each by the rules of its field. What its
 * field cannot take (half a number) stays a draft and is seen again where it was typed.
 */
import { trimmed } from "@/core/checklist/words";
import type { Statement } from "@/app/ports";
import type { FindingValue } from "@/core/journal/types";
import { placeOf } from "@/ui/checklist";
import { parseInteger, parseQuantity } from "../answers/numbers";
import type { Inspecting } from "./inspecting";

function answerOf(inspecting: Inspecting, path: string, text: string): Statement | null {
  const place = placeOf(inspecting.view.value.definition, path);
  const field = place?.column ?? place?.item;
  if (!field) return null;
  if (field.type === "text" || field.type === "scan") {
    const words = trimmed(text.normalize("NFC"));
    return { kind: "answer", path, value: words === "" ? null : words };
  }
  const unit = field.units?.[0] ?? "";
  const parsed = field.type === "quantity" ? parseQuantity(text, unit, field) : parseInteger(text, field);
  return parsed.ok ? { kind: "answer", path, value: parsed.value } : null;
}

function findingOf(inspecting: Inspecting, path: string, change: Partial<FindingValue>): Statement | null {
  const before = inspecting.view.value.state.findings[path]?.value;
  const next: FindingValue = { ...(before ?? { text: "", corrected_on_site: false }), ...change };
  return next.text === "" ? null : { kind: "finding", path, value: next };
}

function statementOf(inspecting: Inspecting, key: string, text: string): Statement | null {
  const at = key.indexOf(":");
  if (at === -1) return answerOf(inspecting, key, text);
  const [kind, path] = [key.slice(0, at), key.slice(at + 1)];
  if (kind === "finding") return findingOf(inspecting, path, { text: text.normalize("NFC").trim() });
  if (kind === "correction")
    return findingOf(inspecting, path, { correction_text: text.normalize("NFC").trim() });
  return null;
}

export async function restoreDrafts(inspecting: Inspecting): Promise<void> {
  if (!inspecting.writable.value) return;
  const drafts = await inspecting.open.drafts();
  for (const [key, text] of Object.entries(drafts)) {
    const statement = statementOf(inspecting, key, text);
    if (!statement || !(await inspecting.say([statement]))) continue;
    await inspecting.open.saveDraft(key, null);
    delete drafts[key];
  }
  inspecting.unstated.value = drafts;
}
