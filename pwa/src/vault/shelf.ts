/**
 * The shelf of one browser profile: makes vaults, opens them, takes new passwords.
 */
import type { Clock, Signer } from "../app/ports";
import type { Limits, Person } from "../api/types";
import { sha256Hex } from "../core/sha256";
import { durably } from "./durable";
import { base64url, fromBase64url, joined, utf8, uuid7, type Bytes } from "./encoding";
import {
  Box,
  importContentKey,
  importSharingKey,
  importSigningKey,
  newContentKey,
  newSigningPair,
  unwrapContentKey,
  withoutExport,
  wrapContentKey,
  wrappingKey,
  type KeyRing,
} from "./keys";
import { fromRecoveryCode, REQUEST_BYTES, requestCode, sealForOffice } from "./recovery";
import { Refusal } from "./refusal";
import { isUnsent, ShelfDb, VaultDb, type Databases, type Sealed, type ShelfVault } from "./schema";
import { Tries } from "./tries";
import { Vault } from "./vault";

export interface ShelfEffects {
  databases: Databases;
  ring: KeyRing;
  clock: Clock;
  signer: Signer;
}

export interface Enrolment {
  login: string;
  password: string;
  person: Person;
  /** The office's recovery key. */
  office: JsonWebKey;
}

/** The vault's database and what of it opens first, as it lies there; rows are missing where the browser cleared it. */
interface SealedKeys {
  db: VaultDb;
  signing: Sealed | undefined;
  person: Sealed | undefined;
}

export interface PublicFacts {
  bureauName: string | null;
  limits: Limits;
}

export class Shelf {
  readonly db: ShelfDb;
  private readonly tries: Tries;

  constructor(private readonly effects: ShelfEffects) {
    this.db = new ShelfDb(effects.databases);
    this.tries = new Tries(this.db, effects.clock);
  }

  async count(): Promise<number> {
    return this.run(() => this.db.vaults.count());
  }

  /** Device ids of the vaults that lie here: to tell a vault that is gone from one that is not. */
  async devices(): Promise<string[]> {
    return (await this.run(() => this.db.vaults.toArray())).map((row) => row.device);
  }

  /**
   * How many items that the server does not have lie in the vaults of others than `mine`: rows are counted, which takes
   * no password and tells neither whose they are nor what they say. A vault that cannot be counted counts as none.
   */
  async unsentBeside(mine: string | null): Promise<number> {
    const others = (await this.devices()).filter((device) => device !== mine);
    const counts = others.map(async (device) => {
      const db = new VaultDb(this.effects.databases, device);
      try {
        return await durably(db, () => db.outbox.filter(isUnsent).count());
      } catch {
        return 0;
      } finally {
        db.close();
      }
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** What the login page shows before anybody is here: the bureau's name and limits, nothing personal. */
  async facts(): Promise<PublicFacts | null> {
    const row = await this.run(() => this.db.facts.get("bureau"));
    return (row?.value as PublicFacts | undefined) ?? null;
  }

  async keepFacts(value: PublicFacts): Promise<void> {
    await this.run(() => this.db.facts.put({ key: "bureau", value }));
  }

  async find(login: string): Promise<ShelfVault | null> {
    const id = await this.idOf(login);
    return (await this.run(() => this.db.vaults.get(id))) ?? null;
  }

  /** SHA-256 of this profile's salt and the login name: the name itself is never written. */
  async idOf(login: string): Promise<string> {
    const salt = await this.salt();
    return sha256Hex(joined(salt, utf8(login.trim().normalize("NFC").toLowerCase())));
  }

  /** A new vault with new keys. The shelf record comes last: it is what makes the vault exist. */
  async create({ login, password, person, office }: Enrolment): Promise<Vault> {
    const { ring, clock, databases } = this.effects;
    const id = await this.idOf(login);
    const device = uuid7(clock.now(), ring.random.bytes(16));
    const extractable = await newContentKey(ring);
    const { wrap, wrapping } = await wrapContentKey(ring, extractable, password, id);
    const raw = await ring.subtle.exportKey("raw", extractable);
    const recovery = await sealForOffice(ring.subtle, ring.random, office, raw, device);
    const box = new Box(ring.subtle, ring.random, await withoutExport(ring, extractable));
    const { publicKey, pkcs8 } = await newSigningPair(ring);
    const db = new VaultDb(databases, device);
    const signingRow = { key: "signing", sealed: await box.sealBytes("meta:signing", pkcs8) };
    const personRow = { key: "person", sealed: await box.seal("meta:person", person) };
    await durably(db, () => db.meta.bulkPut([signingRow, personRow]));
    const tries = { count: 0, last: 0, until: 0 };
    const record: ShelfVault = { id, device, wrap, recovery, publicKey, registered: false, tries };
    await this.run(() => this.db.vaults.add(record));
    const signing = await importSigningKey(ring, pkcs8);
    const sharing = await importSharingKey(ring, pkcs8);
    return new Vault(id, device, publicKey, person, db, this.effects.signer, {
      box,
      signing,
      sharing,
      wrapping,
    });
  }

  /** Refusals: no_vault · unlock_delayed {seconds} · wrong_password. */
  async unlock(login: string, password: string): Promise<Vault> {
    return this.open(await this.idOf(login), password);
  }

  /** Opens the vault of `latest`, whosever it is. Refusals: those of `unlock`. */
  async unlockLatest(password: string): Promise<Vault> {
    const id = await this.latest();
    if (id === null) throw new Refusal("no_vault");
    return this.open(id, password);
  }

  /**
   * The vault that a password alone may open: the only one here, or the one last opened and not logged out of. It is
   * told by its id, which says nothing of its owner.
   */
  async latest(): Promise<string | null> {
    return this.run(async () => {
      const ids = await this.db.vaults.toCollection().primaryKeys();
      if (ids.length === 1) return ids[0]!;
      const kept = (await this.db.facts.get("latest"))?.value as string | undefined;
      return kept !== undefined && ids.includes(kept) ? kept : null;
    });
  }

  /** Seconds to wait before the password of `latest` is heard again. */
  async waitLeft(): Promise<number> {
    const id = await this.latest();
    return id === null ? 0 : this.tries.left(id);
  }

  /** Remembers whose turn it is (`null`: nobody's, he has logged out). */
  async turn(vault: string | null): Promise<void> {
    await this.run(async () => {
      if (vault === null) await this.db.facts.delete("latest");
      else await this.db.facts.put({ key: "latest", value: vault });
    });
  }

  private async open(id: string, password: string): Promise<Vault> {
    const record = await this.tries.begin(id);
    const { ring } = this.effects;
    const { salt, cost } = record.wrap;
    // What is sealed is read while the password is stretched, which takes a worker longer than the disk.
    const reading = this.sealedKeys(record);
    reading.catch(() => undefined);
    try {
      const wrapping = await wrappingKey(ring, password, fromBase64url(salt), cost);
      const content = await unwrapContentKey(ring, record.wrap, wrapping, record.id);
      const [vault] = await Promise.all([
        this.opened(record, content, wrapping, reading),
        this.tries.end(record.id),
      ]);
      return vault;
    } catch (thrown) {
      void reading.then(
        ({ db }) => db.close(),
        () => undefined,
      );
      throw thrown;
    }
  }

  /** Wraps the content key of an open vault with a new password: after a change on the server. */
  async rewrap(vault: Vault, password: string): Promise<void> {
    const { ring } = this.effects;
    const record = await this.run(() => this.db.vaults.get(vault.id));
    if (record === undefined) throw new Refusal("no_vault");
    const content = await unwrapContentKey(ring, record.wrap, vault.wrapping, vault.id, true);
    await this.rewrapWith(record, content, password, vault);
  }

  /** True when `password` is the one the vault is wrapped with now. Costs one argon2id. */
  async opensWith(vault: Vault, password: string): Promise<boolean> {
    const record = await this.run(() => this.db.vaults.get(vault.id));
    if (record === undefined) return false;
    const { salt, cost } = record.wrap;
    const wrapping = await wrappingKey(this.effects.ring, password, fromBase64url(salt), cost);
    return unwrapContentKey(this.effects.ring, record.wrap, wrapping, vault.id).then(
      () => true,
      () => false,
    );
  }

  /**
   * What to tell the office when the password is forgotten. It stays the same until a recovery has succeeded, so that
   * the phone may be put away in between. Refusal: no_vault.
   */
  async recoveryRequest(login: string): Promise<{ code: string; device: string }> {
    const record = await this.find(login);
    if (record === null) throw new Refusal("no_vault");
    const { device } = record;
    return { code: requestCode(await this.requestOf(device), device), device };
  }

  /** Opens a vault with the office's answer to its request. Refusals: no_vault · recovery_code_wrong. */
  async recover(login: string, code: string, newPassword: string): Promise<Vault> {
    const { ring } = this.effects;
    const record = await this.find(login);
    if (record === null) throw new Refusal("no_vault");
    const request = await this.requestOf(record.device);
    const raw = await fromRecoveryCode(ring.subtle, code, request, record.device);
    const content = await importContentKey(ring, raw);
    const { wrap, wrapping } = await wrapContentKey(ring, content, newPassword, record.id);
    const daily = await withoutExport(ring, content);
    const vault = await this.opened(record, daily, wrapping, this.sealedKeys(record)).catch(
      (thrown: unknown) => {
        throw thrown instanceof Refusal && thrown.code === "row_damaged"
          ? new Refusal("recovery_code_wrong")
          : thrown;
      },
    );
    await this.run(() =>
      this.db.transaction("rw", this.db.vaults, this.db.facts, async () => {
        await this.db.vaults.update(record.id, { wrap, tries: { count: 0, last: 0, until: 0 } });
        await this.db.facts.delete(`recovery:${record.device}`);
      }),
    );
    return vault;
  }

  /** Sets aside the record of a vault whose database the browser has thrown away, so that a new one can be made. */
  async retire(login: string): Promise<void> {
    const record = await this.find(login);
    if (record === null) return;
    await this.run(() =>
      this.db.transaction("rw", this.db.vaults, this.db.facts, async () => {
        await this.db.facts.put({ key: `retired:${record.device}`, value: record });
        await this.db.vaults.delete(record.id);
      }),
    );
  }

  async markRegistered(vault: string): Promise<void> {
    await this.run(() => this.db.vaults.update(vault, { registered: true }));
  }

  private async rewrapWith(
    record: ShelfVault,
    content: CryptoKey,
    password: string,
    vault: Vault,
  ): Promise<void> {
    const { wrap, wrapping } = await wrapContentKey(this.effects.ring, content, password, record.id);
    const changed = await this.run(() =>
      this.db.transaction("rw", this.db.vaults, async () => {
        const now = await this.db.vaults.get(record.id);
        if (now === undefined || now.wrap.key !== record.wrap.key) return false;
        await this.db.vaults.put({ ...now, wrap });
        return true;
      }),
    );
    // Another tab took the new password in the meantime: its wrap stands.
    if (changed) vault.wrapping = wrapping;
  }

  private async sealedKeys({ device }: ShelfVault): Promise<SealedKeys> {
    const db = new VaultDb(this.effects.databases, device);
    const [signing, person] = await durably(db, () => db.meta.bulkGet(["signing", "person"]));
    return { db, signing, person };
  }

  private async opened(
    record: ShelfVault,
    content: CryptoKey,
    wrapping: CryptoKey,
    reading: Promise<SealedKeys>,
  ): Promise<Vault> {
    const { ring, signer } = this.effects;
    const { db, ...rows } = await reading;
    const box = new Box(ring.subtle, ring.random, content);
    if (rows.signing === undefined || rows.person === undefined) throw new Refusal("vault_gone");
    const [pkcs8, person] = await Promise.all([
      box.openBytes("meta:signing", rows.signing.sealed),
      box.open<Person>("meta:person", rows.person.sealed),
    ]);
    const [signing, sharing] = await Promise.all([
      importSigningKey(ring, pkcs8),
      importSharingKey(ring, pkcs8),
    ]);
    const keys = { box, signing, sharing, wrapping };
    return new Vault(record.id, record.device, record.publicKey, person, db, signer, keys);
  }

  private salt(): Promise<Bytes> {
    return this.once("salt", 16);
  }

  private requestOf(device: string): Promise<Bytes> {
    return this.once(`recovery:${device}`, REQUEST_BYTES);
  }

  /** Random bytes that stay what they were the first time. */
  private async once(key: string, length: number): Promise<Bytes> {
    const fresh = base64url(this.effects.ring.random.bytes(length));
    const known = await this.run(() => this.db.facts.get(key));
    if (known !== undefined) return fromBase64url(known.value as string);
    const kept = await this.run(() =>
      this.db.transaction("rw", this.db.facts, async () => {
        const other = await this.db.facts.get(key);
        if (other !== undefined) return other.value as string;
        await this.db.facts.put({ key, value: fresh });
        return fresh;
      }),
    );
    return fromBase64url(kept);
  }

  private run<T>(work: () => Promise<T>): Promise<T> {
    return durably(this.db, work);
  }
}
