/** The calculation of the verify page, beside the page: a large county takes seconds, and the page stays alive. */
import type { ChainRow } from "@/core/draw";
import { checkFile } from "./steps";

export interface Asked {
  bytes: Uint8Array;
  chain: ChainRow[] | null;
}

self.addEventListener("message", (event: MessageEvent<Asked>) => {
  try {
    postMessage(checkFile(event.data.bytes, event.data.chain));
  } catch (error) {
    postMessage({ failed: String(error) });
  }
});
