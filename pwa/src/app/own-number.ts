/**
 * A party's random number between commitment and reveal. It is made in this browser and must survive a reload: lost,
 * the party could only be recorded as absent. The draw's own reveal publishes it minutes later. A sealed share stays
 * here until the draw is made; its holders have it on paper.
 */
const PREFIX = "suicha.draw.";
const place = (draw: string, party: string): string => `${PREFIX}${draw}.${party}`;

export function keepNumber(draw: string, party: string, number: string): void {
  localStorage.setItem(place(draw, party), number);
}

export function keptNumber(draw: string, party: string): string | null {
  return localStorage.getItem(place(draw, party));
}

export function dropNumber(draw: string, party: string): void {
  localStorage.removeItem(place(draw, party));
}
