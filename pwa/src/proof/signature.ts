/** The bureau's signature over a record of its chain (specification section 8.6), checked by the browser. */
import { digest } from "@/core/canonical";
import { signedText } from "@/core/draw";
import type { ChainRow, Finding, RecordSignature } from "@/core/draw";

export interface SignatureCheck {
  /** null: nothing could be checked (no signature, or a page that is not served safely has no cryptography). */
  holds: boolean | null;
  thumbprint: string | null;
  findings: Finding[];
}

/** RFC 7638, in hex: what is printed on the draw's paper. */
export function thumbprintOf(key: RecordSignature["key"]): string {
  return digest({ crv: key.crv, kty: key.kty, x: key.x, y: key.y });
}

export async function checkSignature(row: ChainRow | undefined): Promise<SignatureCheck> {
  const signature = row?.signature;
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (row === undefined || !signature || subtle === undefined)
    return { holds: null, thumbprint: null, findings: [] };
  const thumbprint = thumbprintOf(signature.key);
  let holds = false;
  try {
    const { kty, crv, x, y } = signature.key;
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const key = await subtle.importKey("jwk", { kty, crv, x, y }, algorithm, false, ["verify"]);
    const text = new TextEncoder().encode(signedText(row));
    const value = Uint8Array.from(atob(signature.value.replace(/-/g, "+").replace(/_/g, "/")), (sign) =>
      sign.charCodeAt(0),
    );
    holds =
      signature.alg === "ES256" && (await subtle.verify({ ...algorithm, hash: "SHA-256" }, key, value, text));
  } catch {
    // A key or a signature that is none fits nothing.
    holds = false;
  }
  const said: Finding = {
    code: "signature",
    where: "signature",
    zh: `记录链第 ${row.number} 号的签名与内容或公钥不符。`,
    en: `The signature of record ${row.number} does not fit its content or its key.`,
  };
  return { holds, thumbprint, findings: holds ? [] : [said] };
}
