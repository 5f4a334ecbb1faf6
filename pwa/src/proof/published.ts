/** What the bureau publishes of its draws, as anybody's browser reads it. */
import type { ApiClient } from "@/api/types";
import type { ChainRow } from "@/core/draw";

export interface PublishedRow {
  number: number;
  digest: string;
  at: string;
  access: "open" | "sealed" | "restricted";
  draw: string | null;
  title: string | null;
  release_on: string | null;
}

export interface PublishedKey {
  alg: string;
  thumbprint: string;
}

export const certificatePath = (number: number): string => `/api/drawing/certificates/${number}`;
export const CHAIN = "/api/drawing/chain";
export const VERIFIERS = ["verify_draw.py", "verify_chain.py", "README.md"] as const;

export async function bytesOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

export async function readCertificate(api: ApiClient, number: number): Promise<Uint8Array> {
  return bytesOf(await api.blob(certificatePath(number)));
}

export async function readChain(api: ApiClient): Promise<ChainRow[]> {
  return api.get<ChainRow[]>(CHAIN);
}
