/** The note of which device this profile was, in a cookie and in localStorage: two places that are cleared apart. */
import type { DeviceMark } from "./enrolment";

const NAME = "suicha_device";
const YEAR_S = 31_536_000;

export function browserDeviceMark(): DeviceMark {
  return {
    read: () => [...new Set([...fromCookie(), ...fromStorage()])],
    add(device) {
      const all = [...new Set([...fromCookie(), ...fromStorage(), device])].slice(-8).join(".");
      document.cookie = `${NAME}=${all}; Max-Age=${YEAR_S}; Path=/; SameSite=Strict${location.protocol === "https:" ? "; Secure" : ""}`;
      try {
        localStorage.setItem(NAME, all);
      } catch {
        // Private windows refuse; the cookie stands.
      }
    },
  };
}

function fromCookie(): string[] {
  const found = new RegExp(`(?:^|; )${NAME}=([^;]*)`).exec(document.cookie);
  return devices(found?.[1] ?? "");
}

function fromStorage(): string[] {
  try {
    return devices(localStorage.getItem(NAME) ?? "");
  } catch {
    return [];
  }
}

function devices(text: string): string[] {
  return text.split(".").filter((one) => /^[0-9a-f-]{36}$/.test(one));
}
