/**
 * DSS1 in the browser: run a draw again, check a certificate, make a commitment. The mirror of
 * server/core/draw, held to it by tests/vectors/draw and tests/vectors/pairing.
 */
export * from "./amendment";
export * from "./ceremony";
export * from "./certificate";
export * from "./chain";
export * from "./hashing";
export * from "./plan";
export * from "./premises";
export * from "./roster";
export * from "./verify";
export * from "./words";
export type * from "./types";
