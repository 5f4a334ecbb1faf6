/**
 * The office's random number between commitment and reveal. It is made in this browser and must survive a reload:
 * lost, the announced draw could only be voided. The draw's own reveal publishes it minutes later.
 */
const PREFIX = "suicha.draw.";

export function keepNumber(draw: string, number: string): void {
  localStorage.setItem(PREFIX + draw, number);
}

export function keptNumber(draw: string): string | null {
  return localStorage.getItem(PREFIX + draw);
}

export function dropNumber(draw: string): void {
  localStorage.removeItem(PREFIX + draw);
}
