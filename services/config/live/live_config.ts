/**
 * The configuration while the server runs: it changes as a whole or not at all, and each change is recorded before it is made.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../../base/clock.ts";
import { AppError, messageOf } from "../../../base/errors.ts";
import type { Layer } from "../given.ts";
import type { ConfigKey } from "../keys.ts";
import type { LoadedLayers } from "../load.ts";
import { allKeys, type ConfigEntry, type LoadedConfig, resolveConfig } from "../resolve.ts";
import type { Config } from "../schema.ts";
import { readTree } from "../tree_layer.ts";
import { type ChangedKey, ChangeLog, type ConfigChange } from "./change_log.ts";
import { effectOf } from "./effect.ts";
import { overlayLayer, type Override, stillValid } from "./overlay.ts";
import { type ConfigSnapshot, holdsSecret, isHidden, snapshotOf, valueOf } from "./snapshot.ts";

/** A change that has been prepared by one of those who have to do with it. */
export interface PreparedChange {
  /** Makes it. Must not throw. */
  commit(): void;
  /** Forgets it: somebody else refused. Must not throw. */
  discard?(): void;
}

/** Prepares a change; undefined where there is nothing to do. What it throws refuses the change as a whole. */
export type PrepareChange = (next: Config, previous: Config) => PreparedChange | undefined | Promise<PreparedChange | undefined>;

/** Who made a change, and how. */
export interface ChangeAuthor {
  /** Such as `owner at 127.0.0.1`, `SIGHUP`, `config.yaml`. */
  readonly by: string;
  readonly via: ConfigChange["via"];
  /** Why, in their words. */
  readonly why?: string | undefined;
  /** Number of the latest change that they knew of, 0 for none; where there was another since, theirs is refused. */
  readonly known?: number | undefined;
}

/** What became of a change that was asked for. */
export interface ChangeOutcome {
  /** Its number in the record; absent where everything was so already. */
  readonly number?: number;
  readonly changes: readonly ChangedKey[];
  /** Keys that a rollback could not restore, because secrets are not recorded. */
  readonly skipped: readonly string[];
}

/** The last change that was refused. */
export interface RefusedChange extends ChangeAuthor {
  /** Unix milliseconds. */
  readonly at: number;
  readonly reason: string;
}

/** What a {@link LiveConfig} needs. */
export interface LiveConfigOptions {
  readonly clock: Pick<Clock, "wall">;
  readonly logger: Logger;
  /** Reads files and environment. */
  readonly load: () => Promise<LoadedLayers>;
  /** The key behind the hashes of secrets; made where there is none. */
  readonly secret: (dataDir: string) => Promise<Uint8Array>;
}

/** The folder that everything else lies in cannot be moved by what lies in it. */
const NOT_OVERRIDABLE: ReadonlySet<string> = new Set(["dataDir"]);

/** A configuration that can be changed. One for each process and data directory. */
export class LiveConfig {
  readonly #options: LiveConfigOptions;
  readonly #log: ChangeLog;
  readonly #keys = allKeys();
  readonly #prepare = new Set<PrepareChange>();
  readonly #dataDir: string;
  #layers: readonly Layer[];
  #overrides: readonly Override[];
  #loaded: LoadedConfig;
  #refused: RefusedChange | undefined;
  #revision = 0;
  #queue: Promise<unknown> = Promise.resolve();
  /** The file that is read, and whether it was there at the last reading. */
  #file: { readonly path: string; readonly found: boolean };

  private constructor(options: LiveConfigOptions, log: ChangeLog, { layers, file, fileFound }: LoadedLayers, base: Config) {
    this.#options = options;
    this.#log = log;
    this.#layers = layers;
    this.#dataDir = base.dataDir;
    this.#file = { path: file, found: fileFound };
    this.#overrides = stillValid(log.last?.overrides ?? [], base, this.#keys);
    try {
      this.#loaded = this.#resolved(layers, this.#overrides);
    } catch (error) {
      // What was right together with the files of then is not with those of now, and the files were right just now.
      options.logger.warn("Changes made at run time do not fit the configuration any more and are dropped: {error}", {
        error: messageOf(error),
      });
      this.#overrides = [];
      this.#loaded = this.#resolved(layers, []);
    }
  }

  /**
   * Reads the configuration and what was changed at run time before. Writes nothing.
   *
   * @throws ConfigError when files or environment are wrong; ChangeLogError when the changes cannot be read.
   */
  static async open(options: LiveConfigOptions): Promise<LiveConfig> {
    const loaded = await options.load();
    const { config } = resolveConfig(loaded.layers);
    return new LiveConfig(options, await ChangeLog.open(config.dataDir), loaded, config);
  }

  /** The configuration in force. Another object after each change. */
  get config(): Config {
    return this.#loaded.config;
  }

  /** Every key with its value and origin; secrets are masked. */
  get entries(): readonly ConfigEntry[] {
    return this.#loaded.entries;
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#revision;
  }

  /** The configuration file. */
  get file(): string {
    return this.#file.path;
  }

  /** The changes on record, oldest first. */
  get changes(): readonly ConfigChange[] {
    return this.#log.all;
  }

  /** The last change that was refused since the start. */
  get refused(): RefusedChange | undefined {
    return this.#refused;
  }

  /** Has somebody prepare every change from now on, until the result is disposed of. */
  onChange(prepare: PrepareChange): Disposable {
    this.#prepare.add(prepare);
    return { [Symbol.dispose]: () => void this.#prepare.delete(prepare) };
  }

  /**
   * Records what has changed since the process that ran before, if anything. To be called once, when the data directory is this process's.
   *
   * @throws ChangeLogError
   */
  async begin(): Promise<void> {
    await this.#exclusively(async () => {
      await this.#log.shorten();
      const secret = await this.#options.secret(this.#dataDir);
      const now = snapshotOf(this.config, this.#keys, secret);
      const { last } = this.#log;
      if (last !== undefined && isDeepStrictEqual(last.now, plain(now)) && isDeepStrictEqual(last.overrides, plain(this.#overrides))) {
        return;
      }
      await this.#record({ by: "the start of the server", via: "start" }, last?.now ?? now, now, this.#overrides);
    });
  }

  /**
   * Changes keys: `values` is a tree as in a file; undefined takes a change of run time back.
   *
   * @throws ConfigError, and what those who prepare it throw; nothing is changed then.
   */
  change(values: Readonly<Record<string, unknown>>, author: ChangeAuthor): Promise<ChangeOutcome> {
    return this.#attempt(author, async () => {
      const { given, problems } = readTree(values, this.#keys, () => ({ kind: "runtime" }));
      const refused = given.filter(({ key, value }) => NOT_OVERRIDABLE.has(key.name) || holdsSecret(key, value) || key.secret);
      const unsettable = refused.map(({ key, origin }) => ({
        key: key.name,
        expected: "can only be set in the configuration file or the environment",
        origin: origin(),
      }));
      if (problems.length > 0 || unsettable.length > 0) {
        // What else is wrong is told in one go.
        resolveConfig([...this.#layers, {
          given: given.filter(({ value }) => value !== undefined),
          problems: [...problems, ...unsettable],
        }]);
      }
      const base = resolveConfig(this.#layers).config;
      const names = new Set(given.map(({ key }) => key.name));
      const set = given.filter(({ value }) => value !== undefined)
        .map(({ key, value }): Override => ({ key: key.name, value, over: valueOf(base, key) }));
      return await this.#apply(author, this.#layers, [...this.#overrides.filter(({ key }) => !names.has(key)), ...set], base);
    });
  }

  /**
   * Reads files and environment again.
   *
   * @param options.vanished What to do where the file that was there is not: `refuse`, as somebody may be about to replace it.
   * @throws ConfigError, and what those who prepare it throw; nothing is changed then.
   */
  reload(author: ChangeAuthor, { vanished = "accept" }: { readonly vanished?: "accept" | "refuse" } = {}): Promise<ChangeOutcome> {
    return this.#attempt(author, async () => {
      const { layers, file, fileFound } = await this.#options.load();
      if (vanished === "refuse" && this.#file.found && !fileFound) {
        throw new AppError(`${file} is gone; what it said stays in force until the server is told to read it again`, {
          code: "config_gone",
        });
      }
      const base = resolveConfig(layers).config;
      const outcome = await this.#apply(author, layers, stillValid(this.#overrides, base, this.#keys), base);
      this.#file = { path: file, found: fileFound };
      return outcome;
    });
  }

  /**
   * Restores the configuration as it was before a change; before the latest by default. Files stay as they are: what they say otherwise is
   * overridden until they are changed. Secrets stay as they are, too.
   *
   * @throws AppError `change_unknown`; ConfigError, and what those who prepare it throw; nothing is changed then.
   */
  rollback(number: number | undefined, author: ChangeAuthor): Promise<ChangeOutcome> {
    return this.#attempt(author, async () => {
      const { all, last } = this.#log;
      const found = number === undefined ? last : all.find((change) => change.number === number);
      if (found === undefined || found.changes.length === 0) throw unknownChange(number, all);
      const base = resolveConfig(this.#layers).config;
      const now = snapshotOf(this.config, this.#keys, await this.#options.secret(this.#dataDir));
      const skipped: string[] = [];
      const overrides = this.#keys.flatMap((key): Override[] => {
        const before = this.#overrides.filter((each) => each.key === key.name);
        const target = Object.hasOwn(found.previous, key.name) ? found.previous[key.name] : key.default;
        if (isHidden(target) || isHidden(now[key.name]) || key.secret || NOT_OVERRIDABLE.has(key.name)) {
          if (!isDeepStrictEqual(found.previous[key.name], plain(now)[key.name])) skipped.push(key.name);
          return before;
        }
        const over = valueOf(base, key);
        return isDeepStrictEqual(over, target) ? [] : [{ key: key.name, value: target, over }];
      });
      const outcome = await this.#apply(author, this.#layers, overrides, base, found.number);
      return { ...outcome, skipped };
    });
  }

  async #apply(
    author: ChangeAuthor,
    layers: readonly Layer[],
    wanted: readonly Override[],
    base: Config,
    restores?: number,
  ): Promise<ChangeOutcome> {
    const loaded = this.#resolved(layers, wanted);
    // What says the same as the files is no override.
    const overrides = wanted.filter(({ key: name }) => {
      const key = this.#keys.find((key) => key.name === name);
      return key !== undefined && !isDeepStrictEqual(valueOf(loaded.config, key), valueOf(base, key));
    });
    const secret = await this.#options.secret(this.#dataDir);
    const previous = snapshotOf(this.config, this.#keys, secret);
    const now = snapshotOf(loaded.config, this.#keys, secret);
    const moved = this.#keys.some((key) => key.name === "dataDir" && valueOf(loaded.config, key) !== this.#dataDir);
    if (isDeepStrictEqual(previous, now) && isDeepStrictEqual(overrides, this.#overrides)) {
      this.#layers = layers;
      this.#loaded = { ...loaded, config: this.config };
      return { changes: [], skipped: [] };
    }
    const before = this.config;
    const prepared = await this.#prepared(loaded.config, before);
    let change: ConfigChange;
    try {
      change = await this.#record(author, previous, now, overrides, restores);
    } catch (error) {
      for (const each of prepared) each.discard?.();
      throw error;
    }
    this.#layers = layers;
    this.#overrides = overrides;
    this.#loaded = loaded;
    this.#revision++;
    for (const each of prepared) each.commit();
    const keys = change.changes.map(({ key }) => key);
    this.#options.logger.info("Configuration changed by {by}: {keys}", { by: author.by, keys, number: change.number, via: author.via });
    if (moved) this.#options.logger.warn("A data directory is changed by a restart alone");
    return { number: change.number, changes: change.changes, skipped: [] };
  }

  async #prepared(next: Config, previous: Config): Promise<readonly PreparedChange[]> {
    const done: PreparedChange[] = [];
    try {
      for (const prepare of this.#prepare) {
        const prepared = await prepare(next, previous);
        if (prepared !== undefined) done.push(prepared);
      }
      return done;
    } catch (error) {
      for (const each of done) each.discard?.();
      throw error;
    }
  }

  async #record(
    { by, via, why }: ChangeAuthor,
    previous: ConfigSnapshot,
    now: ConfigSnapshot,
    overrides: readonly Override[],
    restores?: number,
  ): Promise<ConfigChange> {
    const changes = this.#keys.flatMap((key): ChangedKey[] => {
      const { name } = key;
      const [before, after] = [plain(previous)[name], plain(now)[name]].map((value) => value === undefined ? key.default : value);
      return isDeepStrictEqual(before, after) ? [] : [{ key: name, before, after, effect: effectOf(name) }];
    });
    const number = (this.#log.last?.number ?? 0) + 1;
    const at = this.#options.clock.wall();
    const change: ConfigChange = {
      number,
      at,
      by,
      via,
      ...(why === undefined ? {} : { why }),
      ...(restores === undefined ? {} : { restores }),
      changes,
      overrides: overrides.map((override) => ({ ...override })),
      previous,
      now,
    };
    await this.#log.add(plain(change));
    return change;
  }

  #resolved(layers: readonly Layer[], overrides: readonly Override[]): LoadedConfig {
    return resolveConfig([...layers, overlayLayer(overrides, this.#keys)], this.#keys);
  }

  async #attempt<T>(author: ChangeAuthor, work: () => Promise<T>): Promise<T> {
    return await this.#exclusively(async () => {
      try {
        this.#expect(author);
        const done = await work();
        this.#refused = undefined;
        return done;
      } catch (error) {
        this.#refused = { by: author.by, via: author.via, at: this.#options.clock.wall(), reason: messageOf(error) };
        throw error;
      }
    });
  }

  #expect({ known }: ChangeAuthor): void {
    const { last } = this.#log;
    if (known === undefined || known === (last?.number ?? 0)) return;
    throw new AppError(`Change ${last?.number ?? 0}, by ${last?.by ?? "nobody"}, is newer than change ${known}; look at it and try again`, {
      code: "config_changed",
    });
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }
}

/** As JSON has it, which is how records come back. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function unknownChange(number: number | undefined, all: readonly ConfigChange[]): AppError {
  const known = all.filter(({ changes }) => changes.length > 0).map((change) => change.number);
  const range = known.length === 0 ? "nothing has been changed" : `there are changes ${known[0]} to ${known.at(-1)}`;
  return new AppError(number === undefined ? `Cannot roll back: ${range}` : `Cannot roll back change ${number}: ${range}`, {
    code: "change_unknown",
  });
}

/** A key by its name, for those who show changes. */
export function keyNamed(name: string): ConfigKey | undefined {
  return allKeys().find((key) => key.name === name);
}
