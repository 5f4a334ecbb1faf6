/** What kind of browser this is, as far as offline work is concerned, and a name for the device list. */
import type { StorageState } from "./ports";

export interface BrowserFacts {
  userAgent: string;
  /** A secure context with WebCrypto and IndexedDB. */
  secure: boolean;
  standalone: boolean;
}

export function browserFacts(): BrowserFacts {
  const secure =
    window.isSecureContext && typeof crypto !== "undefined" && "subtle" in crypto && "indexedDB" in window;
  const standalone =
    matchMedia("(display-mode: standalone)").matches ||
    (navigator as Navigator & { standalone?: boolean }).standalone === true;
  return { userAgent: navigator.userAgent, secure, standalone };
}

/** WeChat (also the enterprise one) and Tencent's X5 empty their storage without asking: no offline work there. */
export function browserKind({ userAgent, secure }: BrowserFacts): StorageState["browser"] {
  if (/MicroMessenger|wxwork/i.test(userAgent)) return "wechat";
  if (/TBS\/|MQQBrowser|QQ\//i.test(userAgent)) return "x5";
  if (!secure) return "insecure";
  const chromium = /Chrom(?:e|ium)\/(\d+)/.exec(userAgent);
  if (chromium !== null && Number(chromium[1]) < 87) return "old";
  return "ok";
}

/** "Android 12 · Chrome 126": enough to tell one's own two phones apart, nothing more. */
export function deviceLabel({ userAgent }: BrowserFacts): string {
  const system =
    /(?:HarmonyOS|OpenHarmony)[ /]?([\d.]*)/.exec(userAgent)?.[0] ??
    /Android [\d.]+/.exec(userAgent)?.[0] ??
    (/iPhone|iPad/.test(userAgent) ? "iOS" : undefined) ??
    /Windows|Mac OS X|Linux/.exec(userAgent)?.[0] ??
    "手机";
  const known: [RegExp, string][] = [
    [/HuaweiBrowser\/(\d+)/, "华为浏览器"],
    [/(?:QihooBrowser|360SE|360EE)\/?(\d*)/, "360浏览器"],
    [/UCBrowser\/(\d+)/, "UC浏览器"],
    [/Edg(?:A|iOS)?\/(\d+)/, "Edge"],
    [/Firefox\/(\d+)/, "Firefox"],
    [/(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
    [/Version\/(\d+).*Safari/, "Safari"],
  ];
  for (const [pattern, name] of known) {
    const found = pattern.exec(userAgent);
    if (found !== null) return `${system} · ${name} ${found[1] ?? ""}`.trim();
  }
  return system;
}
