/** Named formats of what people type; the mirror of server/core/checklist/validators.py. */
import { BadIdentifier, maskName, phone, residentId, uscc } from "../identifiers";

const CAS = /^([1-9][0-9]{1,6})-([0-9]{2})-([0-9])$/;

function readable(reader: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      reader(text);
      return true;
    } catch (error) {
      if (error instanceof BadIdentifier) return false;
      throw error;
    }
  };
}

export const validUscc = readable(uscc);
export const validResidentId = readable(residentId);
export const validPhone = readable(phone);

/** A minor's name as far as it is kept: "WM", "W.M.", or the surname alone, "王某某", "欧阳某". */
export function validInitials(text: string): boolean {
  if (/^[A-Z](\.?[A-Z]){1,3}\.?$/.test(text)) return true;
  return /^(?!某)[\u4e00-\u9fff]{1,2}某{1,2}$/.test(text) && maskName(text).replaceAll("*", "某") === text;
}

/** CAS registry number with its check digit. */
export function validCas(text: string): boolean {
  const match = CAS.exec(text);
  if (match === null) return false;
  const digits = Array.from(match[1]! + match[2]!, Number).reverse();
  return digits.reduce((sum, digit, place) => sum + (place + 1) * digit, 0) % 10 === Number(match[3]);
}

export const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ["uscc", validUscc],
  ["resident_id", validResidentId],
  ["phone", validPhone],
  ["last4", (text: string) => /^[0-9]{3}[0-9X]$/.test(text)],
  ["initials", validInitials],
  ["cas", validCas],
  ["digits", (text: string) => /^[0-9]+$/.test(text)],
]);
