/**
 * Shapes of the checklist engine; its Python mirror gives the same canonical JSON.
 * `definition` and `catalogues`: what a checklist is. `evaluation`: what it reads of a visit and what it says.
 * `expression`: the compiler that is handed in.
 */
export type * from "./catalogues";
export type * from "./definition";
export type * from "./evaluation";
export type * from "./expression";
