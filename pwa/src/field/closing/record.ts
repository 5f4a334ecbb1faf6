/**
 * The record as it is read and signed: one text for everybody. Its digest binds every signature to it, and
 * its exact bytes are kept as evidence.
 */
import { computed } from "vue";
import type { ComputedRef } from "vue";
import type { Narrative } from "@/core/checklist/types";
import type { Signature } from "@/core/journal/types";
import { sha256Hex } from "@/core/sha256";
import type { Inspecting } from "../inspection/inspecting";

export const RECORD_TEXT = "text/plain;charset=utf-8";
export const SIGN_PATH = "SIGN";

export interface Reading {
  narrative: ComputedRef<Narrative>;
  bytes: ComputedRef<Uint8Array<ArrayBuffer>>;
  digest: ComputedRef<string>;
}

export function useRecord(inspecting: Inspecting): Reading {
  const { open, view } = inspecting;
  const narrative = computed(() => open.record(view.value.state.presence.ended_at));
  const bytes = computed(() => new TextEncoder().encode(narrative.value.text));
  return { narrative, bytes, digest: computed(() => sha256Hex(bytes.value)) };
}

/** Signatures of this round that nobody has asked to be given again, newest of each person and role. */
export function standing(signatures: readonly Signature[]): Signature[] {
  const latest = new Map<string, Signature>();
  for (const one of signatures) {
    if (one.superseded) continue;
    const who = one.value.role === "inspector" ? one.author : one.value.signer.name;
    const key = `${one.value.role}:${one.value.role === "party" ? "" : who}`;
    const before = latest.get(key);
    if (!before || before.at <= one.at) latest.set(key, one);
  }
  return [...latest.values()];
}
