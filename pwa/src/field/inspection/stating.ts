/** Statements with a toast beside them: it takes the last one back, and names whose word gave way. */
import type { Statement } from "@/app/ports";
import type { Entry } from "@/core/journal/types";
import type { Speech } from "@/locales";
import { statementWords } from "@/ui/checklist";
import { showToast } from "@/ui/toast";
import type { Inspecting } from "./inspecting";
import { givingWay, type Family } from "./standing";

type Stating = Pick<Inspecting, "open" | "view" | "looker" | "nameOf" | "say"> & { speech: Speech };
/** A toast is read at a glance. */
const MOST_SAID = 24;

/** "已改为 不合格（原为 钱思源：合格）" */
function givenWay(
  stated: { kind: Family; path: string; value: unknown },
  others: readonly Entry[],
  { view, nameOf, speech }: Stating,
): string {
  const inWords = (one: { kind: string; path: string; value: unknown }): string => {
    const words = statementWords(one, view.value.definition, speech);
    return words.length > MOST_SAID ? `${words.slice(0, MOST_SAID)}…` : words;
  };
  return speech.t("trace.given_way", {
    words: inWords(stated),
    name: others.map(({ author, device }) => nameOf(author, device)).join(speech.t("answer.comma")),
    before: inWords(others[0]!),
  });
}

/** `stated(statements, kind, words)`: the last statement is of `kind`; without `words` only another's loss is told. */
export function stating(
  inspecting: Stating,
): (statements: Statement[], kind: Family, words?: string) => Promise<boolean> {
  const { view, say, speech } = inspecting;
  const { t } = speech;
  return async (statements, kind, words) => {
    const { path, value } = statements.at(-1)!;
    const { answers, findings } = view.value.state;
    const before = (kind === "answer" ? answers : findings)[path]?.value ?? null;
    const others = givingWay(inspecting, { path, value, kind });
    const done = await say(statements);
    const text =
      others.length > 0
        ? givenWay({ kind, path, value }, others, inspecting)
        : words && t("saved_as", { words });
    if (done && text) {
      const undo = { text: t("common.undo"), run: () => void say([{ kind, path, value: before }]) };
      showToast(text, { action: undo });
    }
    return done;
  };
}
