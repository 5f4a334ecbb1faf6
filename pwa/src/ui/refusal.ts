/** What a refused call says on the screen: what happened, what is safe, what to do. */
import { ref } from "vue";
import type { Ref } from "vue";
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

export interface Attempt {
  busy: Ref<boolean>;
  /** Why the last one was refused; "" while it runs and when it went well. */
  refused: Ref<string>;
  /** Does nothing while another one runs; a refusal is told in `refused` and goes no further. */
  attempt: (run: () => Promise<void>) => Promise<void>;
}

/** What is tried one at a time with words beside it when it was refused: a form with one button. */
export function useAttempt(): Attempt {
  const { sentence } = useRefusals();
  const busy = ref(false);
  const refused = ref("");

  async function attempt(run: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    refused.value = "";
    try {
      await run();
    } catch (error) {
      refused.value = sentence(error);
    } finally {
      busy.value = false;
    }
  }
  return { busy, refused, attempt };
}
