/** What a party's own browser does in a draw: makes 32 random bytes, keeps them, and tells only the commitment. */
import { keepNumber } from "@/app/own-number";
import { commitment } from "@/core/draw/ceremony";
import { toHex } from "@/core/sha256";

export { dropNumber, keptNumber } from "@/app/own-number";

/** The commitment to a fresh number, which stays in this browser until it is revealed (specification, section 5.1). */
export function makeCommitment(draw: string, party: string): string {
  const number = toHex(crypto.getRandomValues(new Uint8Array(32)));
  keepNumber(draw, party, number);
  return commitment(draw, party, number);
}
