/** What a refused call says on the screen: what happened, what is safe, what to do. */
import { useWords } from "@/locales";
import { showToast } from "./toast";

interface Refusing {
  code?: unknown;
  sentence?: unknown;
  params?: unknown;
}

export interface Refusals {
  /** The sentence for a thrown value; never a developer's word. */
  sentence: (thrown: unknown) => string;
  /** Its stable code, or "unknown". */
  code: (thrown: unknown) => string;
  /** Shows the sentence at the bottom of the screen. */
  tell: (thrown: unknown) => void;
  /** Sentence for a reason out of the sync queue. */
  reason: (reason: { code: string; sentence: string | null }) => string;
}

export function useRefusals(): Refusals {
  const { t, has } = useWords();

  function say(code: string, sentence: unknown, params: unknown): string {
    if (typeof sentence === "string" && sentence !== "") return sentence;
    const key = `errors.${code}`;
    return has(key) ? t(key, (params ?? {}) as Record<string, string | number>) : t("errors.unknown");
  }

  const code = (thrown: unknown): string => {
    const given = (thrown as Refusing | null)?.code;
    return typeof given === "string" ? given : "unknown";
  };
  const sentence = (thrown: unknown): string => {
    const refusing = (thrown ?? {}) as Refusing;
    return say(code(thrown), refusing.sentence, refusing.params);
  };
  return {
    code,
    sentence,
    tell: (thrown) => void showToast(sentence(thrown), { tone: "fail" }),
    reason: (reason) => say(reason.code, reason.sentence, {}),
  };
}
