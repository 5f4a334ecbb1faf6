/** The server's session of this browser: one cookie, so one person at a time, whoever else has a vault here. */
import { ApiError, Unreachable, type Http } from "../api/http";
import { sessionApi } from "../api/server";
import type { Person, SessionAnswer } from "../api/types";
import type { Door } from "../sync/runner";
import { Refusal } from "../vault/refusal";

export class ServerDoor {
  /** The last answer about the session; its person is null when nobody is signed in. */
  answer: SessionAnswer | null = null;
  /** Somebody has signed in in another tab since: who is to be asked again. */
  private stale = false;
  private readonly api: ReturnType<typeof sessionApi>;

  constructor(http: Http, onShut: () => void) {
    this.api = sessionApi(http);
    http.onSignedOut = () => {
      if (this.answer !== null) this.answer = { ...this.answer, person: null, csrf: null };
      onShut();
    };
    http.onOtherSession = () => (this.stale = true);
  }

  get person(): Person | null {
    return this.answer?.person ?? null;
  }

  /** Asks who is signed in; null when the server is not reached. */
  async look(): Promise<SessionAnswer | null> {
    try {
      this.answer = await this.api.read();
      this.stale = false;
      return this.answer;
    } catch (thrown) {
      if (thrown instanceof Unreachable || thrown instanceof ApiError) return null;
      throw thrown;
    }
  }

  /** Refusals: wrong_password (with the server's sentence), whatever else it says, network_unreachable. */
  async open(login: string, password: string): Promise<SessionAnswer & { person: Person }> {
    try {
      const answer = await this.api.open(login, password);
      if (answer.person === null) throw new Refusal("wrong_password");
      this.answer = answer;
      this.stale = false;
      return { ...answer, person: answer.person };
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== "login_failed") throw thrown;
      throw new Refusal("wrong_password", {}, thrown.sentence);
    }
  }

  /** The session goes on under the new password. Refusals: wrong_password, those of the rule, network_unreachable. */
  async changePassword(password: string, newPassword: string): Promise<SessionAnswer & { person: Person }> {
    try {
      const answer = await this.api.changePassword(password, newPassword);
      if (answer.person === null) throw new Refusal("wrong_password");
      this.answer = answer;
      return { ...answer, person: answer.person };
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== "password_wrong") throw thrown;
      throw new Refusal("wrong_password", {}, thrown.sentence);
    }
  }

  /** Best effort: without network the session runs out by itself. */
  async close(): Promise<void> {
    const open = this.person !== null;
    if (this.answer !== null) this.answer = { ...this.answer, person: null, csrf: null };
    if (!open) return;
    await this.api.close().catch((thrown: unknown) => {
      if (!(thrown instanceof Refusal)) throw thrown;
    });
  }

  /** Whether the server listens to this person. Remembered while open; asked again after a refusal. */
  async standing(person: Person): Promise<Door> {
    if ((this.person === null || this.stale) && (await this.look()) === null) return "unreachable";
    const now = this.person;
    if (now === null) return "expired";
    return now.id === person.id ? "open" : "other_person";
  }
}
