/** Whose word stands at one place, when it is not that of the person who looks, and whose word gave way to it. */
import { computed, type ComputedRef } from "vue";
import { useSuicha } from "@/app/container";
import { headsAt, traceOf, type Entry, type Trace } from "@/core/journal";
import { since } from "@/ui/format";
import { useWords } from "@/locales";
import type { Inspecting } from "./inspecting";

/** The answers that stand at a place. */
function standingAt({ open, view }: Pick<Inspecting, "open" | "view">, path: string): Entry[] {
  return headsAt(view.value.state, "answer", path).flatMap((id) => open.entry(id) ?? []);
}

/** The colleague's answers at a place that would give way to another value of mine. */
export function givingWay(
  inspecting: Pick<Inspecting, "open" | "view" | "looker">,
  path: string,
  value: unknown,
): Entry[] {
  const next = JSON.stringify(value);
  return standingAt(inspecting, path).filter(
    (one) =>
      one.author !== inspecting.looker.value && one.value !== null && JSON.stringify(one.value) !== next,
  );
}

/** What gave way at a place where people agree now. */
export function tracesAt({ open, view }: Pick<Inspecting, "open" | "view">, path: string): Trace[] {
  const { state } = view.value;
  return (["answer", "finding"] as const).flatMap((family) => {
    if (`${family}:${path}` in state.conflicts) return [];
    return traceOf(headsAt(state, family, path), open.entry) ?? [];
  });
}

/** "钱思源 · 08:02" of an answer that somebody else gave; "" where it is mine, or where there is none. */
export function useSaidBy(inspecting: Inspecting, path: () => string): ComputedRef<string> {
  const { clock } = useSuicha();
  const { language, t } = useWords();
  return computed(() => {
    if (inspecting.view.value.state.answers[path()] === undefined) return "";
    const standing = standingAt(inspecting, path());
    if (standing.some(({ author }) => author === inspecting.looker.value)) return "";
    return standing
      .map(({ author, device, at }) =>
        t("trace.by", {
          name: inspecting.nameOf(author, device),
          time: since(at, clock.now(), language.value),
        }),
      )
      .join(t("answer.comma"));
  });
}

/** True where a word of the person who looks gave way and he has not looked yet. */
export function isNews(trace: Trace, { open, looker }: Pick<Inspecting, "open" | "looker">): boolean {
  return (
    trace.how === "replaced" &&
    trace.before.some(({ author }) => author === looker.value) &&
    !open.looked.value.has(trace.entry.id)
  );
}
