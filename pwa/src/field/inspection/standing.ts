/** Whose word stands at one place, when it is not that of the person who looks, and whose word gave way to it. */
import { computed, type ComputedRef } from "vue";
import { useSuicha } from "@/app/container";
import { canonical } from "@/core/canonical";
import { differsAt, headsAt, traceOf, type Entry, type Trace } from "@/core/journal";
import { since } from "@/ui/format";
import { useWords, type Speech } from "@/locales";
import type { Inspecting } from "./inspecting";

/** What can be said at one place by either of two people: an answer, or the words on a failed item. */
export type Family = "answer" | "finding";

/** The answers, or the findings, that stand at a place. */
function standingAt(
  { open, view }: Pick<Inspecting, "open" | "view">,
  path: string,
  family: Family = "answer",
): Entry[] {
  return headsAt(view.value.state, family, path).flatMap((id) => open.entry(id) ?? []);
}

/** The colleague's words at a place that would give way to another value of mine. */
export function givingWay(
  inspecting: Pick<Inspecting, "open" | "view" | "looker">,
  { path, value, kind }: { path: string; value: unknown; kind: Family },
): Entry[] {
  const next = canonical(value);
  return standingAt(inspecting, path, kind).filter(
    (one) => one.author !== inspecting.looker.value && one.value !== null && canonical(one.value) !== next,
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

/** The words on a failed item that stand at a place, by who wrote them; several where two people wrote. */
export function findingsAt(inspecting: Pick<Inspecting, "open" | "view">, path: string): Entry[] {
  return standingAt(inspecting, path, "finding").filter(({ value }) => value !== null);
}

/** Words on a failed item that nobody sees any more, for the answer that stands now has not failed. */
export function unusedFindings(inspecting: Pick<Inspecting, "open" | "view">, path: string): Entry[] {
  const { state, evaluation } = inspecting.view.value;
  if (differsAt(state, path) || evaluation.verdicts[path] === "fail") return [];
  return findingsAt(inspecting, path);
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

/** "我" of the person who looks; anybody else by name. */
export function whose(
  { author, device }: Pick<Entry, "author" | "device">,
  { looker, nameOf }: Pick<Inspecting, "looker" | "nameOf">,
  { t }: Pick<Speech, "t">,
): string {
  return author === looker.value ? t("trace.me") : nameOf(author, device);
}

/** True where a word of the person who looks gave way to another's and he has not looked yet. */
export function isNews(
  { entry, before, how }: Pick<Trace, "entry" | "before"> & { readonly how?: Trace["how"] },
  { open, looker }: Pick<Inspecting, "open" | "looker">,
): boolean {
  return (
    how !== "settled" &&
    entry.author !== looker.value &&
    before.some(({ author }) => author === looker.value) &&
    !open.looked.value.has(entry.id)
  );
}
