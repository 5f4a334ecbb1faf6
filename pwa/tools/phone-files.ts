import type { Plugin } from "vite";

interface PrecacheEntry {
  url: string;
}

interface BuiltChunk {
  type: "chunk";
  isEntry: boolean;
  facadeModuleId: string | null;
  moduleIds: string[];
  imports: string[];
  dynamicImports: string[];
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> };
}

interface BuiltAsset {
  type: "asset";
  source: string | Uint8Array;
}

/** How a built file names another one beside it. */
const BESIDE = /["'`]\.\/([\w.-]+\.js)["'`]/g;

/**
 * Which built files the phone needs offline: everything that can be reached from the entry without passing
 * through a module of `notFrom` (the office and its words, which are never in the phone's precache), and from the
 * workers, whose parts are bundled apart and are not those of the page.
 *
 * `plugin` learns the module graph while Vite writes it; `transform` then filters the precache manifest.
 * Files outside assets/ (index.html, icons) always stay.
 */
export function phoneFiles(options: { notFrom: readonly string[] }): {
  plugin: Plugin;
  transform: (entries: (PrecacheEntry & { revision: string | null; size: number })[]) => {
    manifest: (PrecacheEntry & { revision: string | null; size: number })[];
    warnings: string[];
  };
} {
  const needed = new Set<string>();

  const plugin: Plugin = {
    name: "suicha-phone-files",
    apply: "build",
    // Workers and the service worker are bundled on their own and are not chunks here.
    writeBundle(_output, bundle) {
      const chunks = bundle as unknown as Record<string, BuiltChunk | BuiltAsset>;
      const waiting = Object.keys(chunks).filter((name) => isEntry(chunks[name]));
      const seen = new Set<string>();
      while (waiting.length > 0) {
        const name = waiting.pop()!;
        const chunk = chunks[name];
        if (seen.has(name) || chunk?.type !== "chunk" || isOutside(chunk)) continue;
        seen.add(name);
        needed.add(name);
        for (const file of chunk.viteMetadata?.importedCss ?? []) needed.add(file);
        for (const file of chunk.viteMetadata?.importedAssets ?? []) needed.add(file);
        waiting.push(...chunk.imports, ...chunk.dynamicImports);
      }
      // A worker and its parts are emitted as assets; what is named a worker belongs to the phone.
      const parts = Object.keys(chunks).filter((name) => /worker/i.test(name));
      for (let name = parts.pop(); name !== undefined; name = parts.pop()) {
        if (seen.has(name)) continue;
        seen.add(name);
        needed.add(name);
        parts.push(...besides(chunks[name]));
      }
    },
  };

  function isEntry(chunk: BuiltChunk | BuiltAsset | undefined): boolean {
    return chunk?.type === "chunk" && chunk.isEntry;
  }

  function isOutside(chunk: BuiltChunk): boolean {
    const module = chunk.facadeModuleId;
    return module !== null && options.notFrom.some((part) => module.includes(part));
  }

  return {
    plugin,
    transform: (entries) => ({
      manifest: entries.filter((entry) => !entry.url.startsWith("assets/") || needed.has(entry.url)),
      warnings: [],
    }),
  };
}

/** The scripts that a part of a worker names. */
function besides(file: BuiltChunk | BuiltAsset | undefined): string[] {
  if (file?.type !== "asset") return [];
  const text = typeof file.source === "string" ? file.source : new TextDecoder().decode(file.source);
  return [...text.matchAll(BESIDE)].map(([, part]) => `assets/${part}`);
}
