import type { Plugin } from "vite";

/**
 * Vant inlines its icon font (about 30 kB compressed) into the style sheet of every component that may show
 * an icon. We draw our own SVG icons, so the font is cut out of that one file; its layout rules stay.
 */
export function withoutVantFont(): Plugin {
  return {
    name: "suicha-without-vant-font",
    enforce: "pre",
    transform(code, id) {
      if (!/vant\/es\/icon\/index\.css/.test(id)) return null;
      return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ""), map: null };
    },
  };
}
