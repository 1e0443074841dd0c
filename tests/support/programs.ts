/**
 * Programs that tests speak, listen, browse or keep data with. A test that needs one is ignored where it is missing, or fails where
 * `REQUIRE_SERVICES=1` says that nothing may be missing (the gate sets it).
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

interface Recipe {
  /** Names under which the program goes, best first. */
  readonly names: readonly string[];
  /** Folders to look in after those of `PATH`. */
  readonly folders?: readonly string[];
  /** Files or folders that it is useless without. */
  readonly files?: readonly string[];
  /** What installs it on Debian and Ubuntu. */
  readonly install: string;
}

const RECIPES = {
  "flite": { names: ["flite"], install: "apt-get install flite" },
  "espeak-ng": { names: ["espeak-ng"], install: "apt-get install espeak-ng" },
  "script": { names: ["script"], install: "apt-get install bsdutils" },
  "sox": { names: ["sox"], install: "apt-get install sox" },
  "chromium": { names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"], install: "apt-get install chromium" },
  "redis-server": { names: ["redis-server"], install: "apt-get install redis-server" },
  "pocketsphinx_continuous": {
    names: ["pocketsphinx_continuous", "pocketsphinx"],
    files: ["/usr/share/pocketsphinx/model/en-us"],
    install: "apt-get install pocketsphinx pocketsphinx-en-us",
  },
  // Debian keeps servers in /usr/sbin, which is not on everybody's PATH.
  "mariadbd": { names: ["mariadbd", "mysqld"], folders: ["/usr/sbin"], install: "apt-get install mariadb-server" },
  "prometheus": { names: ["prometheus"], install: "apt-get install prometheus" },
  // Checks rules of Prometheus.
  "promtool": { names: ["promtool"], install: "apt-get install prometheus" },
  "openssl": { names: ["openssl"], install: "apt-get install openssl" },
} satisfies Record<string, Recipe>;

/** A program that tests may need. */
export type ProgramName = keyof typeof RECIPES;

/** Where a program is, in the shape that a `Deno.test` definition takes. */
export interface Program {
  /** True where the program is missing: `Deno.test({ ignore: needs("flite").ignore, ... })`. */
  readonly ignore: boolean;
  /** The absolute path of the program; empty where it is missing. */
  readonly path: string;
}

/** What the search depends on; the machine's own by default. */
export interface ProgramSearch {
  readonly env: (name: string) => string | undefined;
  readonly exists: (path: string) => boolean;
  readonly say: (line: string) => void;
}

/**
 * Looks for a program on `PATH`.
 *
 * @throws AppError with code `program_missing` when it is missing and `REQUIRE_SERVICES=1`.
 */
export function needs(name: ProgramName, search: ProgramSearch = machine): Program {
  const recipe: Recipe = RECIPES[name];
  const folders = (search.env("PATH") ?? "").split(":").filter((folder) => folder !== "").concat(recipe.folders ?? []);
  const path = recipe.names.flatMap((file) => folders.map((folder) => `${folder}/${file}`)).find(search.exists);
  const missing = path === undefined ? name : recipe.files?.find((file) => !search.exists(file));
  if (path !== undefined && missing === undefined) return { ignore: false, path };
  const line = `Cannot find ${missing}, which tests need: install it with "${recipe.install}"`;
  if (search.env("REQUIRE_SERVICES") === "1") throw new AppError(line, { code: "program_missing" });
  search.say(`${line}; its tests are ignored`);
  return { ignore: true, path: "" };
}

const machine: ProgramSearch = {
  env: (name) => Deno.env.get(name),
  exists: (path) => {
    try {
      Deno.statSync(path);
      return true;
    } catch {
      return false;
    }
  },
  say: (line) => void Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)),
};
