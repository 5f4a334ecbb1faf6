/** Person data on the screen: masked after entry by what each field is, so that nobody reads over a shoulder. */
import { maskId, maskName, maskPhone } from "@/core/identifiers";
import type { Speech } from "@/locales";

interface PersonLike {
  name?: unknown;
  id_number?: unknown;
  phone?: unknown;
}

/** "张* · 410422********0010 · 138****5678" */
export function maskedPerson(person: PersonLike, speech: Speech): string {
  const words: string[] = [];
  if (typeof person.name === "string" && person.name) words.push(maskName(person.name));
  if (typeof person.id_number === "string" && person.id_number) words.push(maskId(person.id_number));
  if (typeof person.phone === "string" && person.phone) words.push(maskPhone(person.phone));
  return words.length ? words.join(" · ") : speech.t("answer.none");
}
