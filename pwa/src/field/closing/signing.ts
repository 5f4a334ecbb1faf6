/**
 * Giving a signature: the exact text and the picture are kept as evidence first, then the statement that binds
 * them to everything this phone holds. Each step is durable before the next begins.
 */
import { defineAsyncComponent, shallowRef } from "vue";
import type { Component, ShallowRef } from "vue";
import { useSuicha } from "@/app/container";
import type { TaskInspector } from "@/api/types";
import type { Writer } from "@/app/ports";
import type { SignValue, StoredEvidence } from "@/core/journal/types";
import { useWords } from "@/locales";
import type { SignatureImage } from "@/ui/SignaturePad.vue";
import { useRefusals } from "@/ui/refusal";
import type { Inspecting } from "../inspection/inspecting";
import { RECORD_TEXT, SIGN_PATH, useRecord } from "./record";

const SignaturePad = defineAsyncComponent(() => import("@/ui/SignaturePad.vue"));

export interface PartyInput {
  name: string;
  post: string;
  idLast4: string;
  remarks: string;
}

export interface RefusalInput {
  name: string;
  reason: string;
  witness: { name: string; phone: string } | null;
}

/** The pad that is open, for whom, and what to do with the picture. */
export interface OpenPad {
  pad: Component;
  props: Record<string, unknown>;
  done: (image: SignatureImage) => void;
  close: () => void;
}

export interface Signing {
  signing: ShallowRef<OpenPad | null>;
  sign: {
    party(input: PartyInput): void;
    /** The party signed the paper checklist with a pen; its pictures are evidence of the visit. */
    onPaper(input: PartyInput): Promise<boolean>;
    refusal(input: RefusalInput): Promise<boolean>;
    inspector(inspector: TaskInspector, writer: Writer): void;
  };
}

type Statement = Pick<SignValue, "role" | "signer" | "refused" | "remarks" | "medium">;

/** Keeps text and picture, then states the signature; false when something was refused (and told). */
type Give = (statement: Statement, image: SignatureImage | null, as?: string) => Promise<boolean>;

function useGiving(inspecting: Inspecting): Give {
  const { open, view } = inspecting;
  const { capture } = useSuicha();
  const { tell } = useRefusals();
  const { bytes, digest } = useRecord(inspecting);

  async function keepText(as: string | undefined): Promise<void> {
    const kept = view.value.state.evidence[SIGN_PATH] ?? [];
    if (kept.some((one) => (one.value as StoredEvidence).sha256 === digest.value)) return;
    const meta = {
      purpose: "record_text",
      media_type: RECORD_TEXT,
      source: "app",
      width: null,
      height: null,
    } as const;
    await open.putEvidence(SIGN_PATH, bytes.value.slice().buffer, meta, { as });
  }

  async function keepPicture(image: SignatureImage, as: string | undefined): Promise<string> {
    const { width, height } = image;
    const position = await capture.position.fix(1000);
    const meta = {
      purpose: "signature",
      media_type: "image/png",
      source: "pad",
      width,
      height,
      position,
    } as const;
    const entry = await open.putEvidence(SIGN_PATH, image.bytes, meta, { as });
    return (entry.value as unknown as StoredEvidence).sha256;
  }

  return async (statement, image, as) => {
    // The digest is taken before anything is added: it is of the text that was read.
    const textSha256 = digest.value;
    try {
      await keepText(as);
      const evidence = image ? await keepPicture(image, as) : null;
      const value = { ...statement, text_sha256: textSha256, evidence, ...view.value.cover };
      await open.append({ kind: "sign", path: "", value }, { as });
      capture.tick();
      return true;
    } catch (error) {
      tell(error);
      return false;
    }
  };
}

export function useSigning(inspecting: Inspecting): Signing {
  const { capture } = useSuicha();
  const { t } = useWords();
  const give = useGiving(inspecting);
  const signing = shallowRef<OpenPad | null>(null);

  function ask(name: string, role: string, done: (image: SignatureImage) => Promise<boolean>): void {
    const close = (): void => {
      signing.value = null;
    };
    const keep = (image: SignatureImage): void => void done(image).then((given) => given && close());
    signing.value = { pad: SignaturePad, props: { capture, name, role }, close, done: keep };
  }

  function statementOf({ name, post, idLast4, remarks }: PartyInput): Statement {
    const signer = { name, ...(post ? { post } : {}), ...(idLast4 ? { id_last4: idLast4 } : {}) };
    return { role: "party", signer, refused: null, remarks };
  }

  function party(input: PartyInput): void {
    ask(input.name, t("role.party"), (image) => give(statementOf(input), image));
  }

  const onPaper = (input: PartyInput): Promise<boolean> =>
    give({ ...statementOf(input), medium: "paper" }, null);

  async function refusal({ name, reason, witness }: RefusalInput): Promise<boolean> {
    const who = witness && { name: witness.name, ...(witness.phone ? { phone: witness.phone } : {}) };
    const done = await give(
      { role: "party", signer: { name }, refused: { reason, witness: who }, remarks: "" },
      null,
    );
    if (done && who) {
      const statement: Statement = { role: "witness", signer: who, refused: null, remarks: "" };
      ask(who.name, t("role.witness"), (image) => give(statement, image));
    }
    return done;
  }

  function inspector({ name }: TaskInspector, writer: Writer): void {
    const statement: Statement = { role: "inspector", signer: { name }, refused: null, remarks: "" };
    ask(name, t("role.inspector"), (image) =>
      give(statement, image, writer.primary ? undefined : writer.person),
    );
  }

  return { signing, sign: { party, onPaper, refusal, inspector } };
}
