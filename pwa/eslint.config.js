import vue from "eslint-plugin-vue";
import ts from "typescript-eslint";

/** What a folder may not import. Patterns match the text of the import, so both ways of writing a path are named. */
function noImports(...rules) {
  return {
    "no-restricted-imports": "off",
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: rules.map(({ group, message }) => ({ group, message })) },
    ],
  };
}

/** An area as it may be imported: "@/office/…" or "../office/…" (never "./office" inside oneself). */
function area(name) {
  return [`@/${name}`, `@/${name}/**`, `../${name}/**`, `../../${name}/**`, `../../../${name}/**`];
}

function apart(name, others) {
  return {
    group: others.flatMap(area),
    message: `${name} and ${others.join(", ")} never import each other; what both need lives in ui.`,
  };
}

const belowScreens = {
  group: [...area("vault"), ...area("sync"), "**/api/client", "**/api/http"],
  message: "Screens know the ports (app/ports) only.",
};

const noFetch = [
  "error",
  ...[
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "EventSource",
    "indexedDB",
    "localStorage",
    "sessionStorage",
  ].map((name) => ({ name, message: "Screens never fetch or store: use the ports." })),
];

const noDom = [
  "error",
  ...["document", "window", "localStorage", "sessionStorage", "alert", "HTMLElement", "Image"].map(
    (name) => ({
      name,
      message: "Below the screens there is no DOM: effects come in through the container.",
    }),
  ),
];

export default ts.config(
  { ignores: ["dist/**", "node_modules/**", "src/api/schema.ts", "public/**"] },
  ...ts.configs.recommended,
  ...vue.configs["flat/recommended"],
  {
    files: ["**/*.{ts,mjs,js,vue}"],
    languageOptions: { parserOptions: { parser: ts.parser, ecmaVersion: 2022, sourceType: "module" } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-eval": "error",
      "no-console": "error",
      eqeqeq: ["error", "always"],
      // Prettier decides the layout of templates.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/multi-word-component-names": "off",
      "vue/require-default-prop": "off",
      "vue/no-v-html": "error",
      "vue/no-static-inline-styles": "error",
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/component-api-style": ["error", ["script-setup"]],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["src/core/**/*.ts"],
    rules: {
      ...noImports({
        group: ["@/**", "../../**/app/**", "vue", "dexie", "hash-wasm", "@marcbachmann/**", "node:*"],
        message: "core is pure and imports nothing outside itself.",
      }),
      "no-restricted-globals": [...noDom, "fetch", "crypto", "indexedDB", "performance"],
    },
  },
  {
    files: ["src/vault/**/*.ts", "src/sync/**/*.ts"],
    rules: {
      "no-restricted-globals": noDom,
      ...noImports(apart("the engine", ["field", "lead", "office", "ui"])),
    },
  },
  {
    files: ["src/field/**/*.{ts,vue}"],
    rules: {
      "no-restricted-globals": noFetch,
      ...noImports(apart("field", ["lead", "office"]), belowScreens),
    },
  },
  {
    files: ["src/lead/**/*.{ts,vue}"],
    rules: {
      "no-restricted-globals": noFetch,
      ...noImports(apart("lead", ["field", "office"]), belowScreens),
    },
  },
  {
    files: ["src/office/**/*.{ts,vue}"],
    rules: {
      "no-restricted-globals": noFetch,
      ...noImports(apart("office", ["field", "lead"]), belowScreens),
    },
  },
  {
    files: ["src/room/**/*.{ts,vue}"],
    rules: {
      "no-restricted-globals": noFetch,
      ...noImports(apart("the draw room", ["field", "lead", "office"]), belowScreens),
    },
  },
  {
    files: ["src/ui/**/*.{ts,vue}"],
    rules: {
      "no-restricted-globals": noFetch,
      ...noImports(apart("ui", ["field", "lead", "office"]), belowScreens),
    },
  },
  {
    files: ["tests/**/*.ts", "tools/**/*.{ts,mjs}", "*.config.{ts,js}"],
    rules: { "@typescript-eslint/no-restricted-imports": "off", "no-console": "off" },
  },
);
