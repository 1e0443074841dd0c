/**
 * What a person reads when the server is up.
 *
 * @module
 */

import { baseUrls, otaUrl, type PrintedAddressOptions, socketUrl } from "./addresses.ts";

/** What the banner tells. */
export interface BannerOptions extends PrintedAddressOptions {
  readonly version: string;
  readonly lan: readonly string[];
  /** The port of the `ws` transport, where that is the one. */
  readonly wsPort?: number;
  /** One line a stage, `Title: words`: who does the work, and how to get better. */
  readonly stages: readonly string[];
  /** Milliseconds from the start of the process. */
  readonly readyMs: number;
  readonly tokenRequired: boolean;
  /** Version of Deno, which is the version of its npm package. */
  readonly denoVersion: string;
  /** The `PATH` of the process. */
  readonly path: string;
}

/** Columns of a line; terminals that are narrower wrap by themselves. */
const WIDTH = 100;

/** Width of the column of titles, the longest of which is `Recognition`. */
const TITLES = 13;

const MARGIN = "  ";

/** Where the virtual device looks for a server by itself. */
const USUAL_SERVER = "http://localhost:8000";

/** The lines of the banner. */
export function bannerLines(options: BannerOptions): string[] {
  const [base = "", ...others] = baseUrls(options, options.lan);
  const [tryIt = "", ...otherwise] = commands(options);
  return [
    "",
    `${MARGIN}xiaozhi actor runtime ${options.version}, ready in ${Math.round(options.readyMs)} ms`,
    "",
    ...titled("Page", `${here(options)}/`),
    ...titled("OTA URL", `${otaUrl(base)}   <- type this into the device`),
    ...others.flatMap((other) => titled("", otaUrl(other))),
    ...titled("Device URL", `${socketUrl(base, options.wsPort)}${options.tokenRequired ? "   (with the token that OTA hands out)" : ""}`),
    "",
    ...options.stages.flatMap((line) => {
      const [title = "", words = ""] = line.split(/: (.*)/s);
      return titled(title, words);
    }),
    "",
    ...titled("Try it", `${tryIt}   (in a second terminal)`),
    ...otherwise.flatMap((command) => titled("", command)),
    ...titled("Stop it", "Ctrl+C"),
    "",
  ];
}

/** This server's address for somebody at this machine. */
function here({ host, port }: BannerOptions): string {
  const [base = ""] = baseUrls({ publicUrl: "", host: host === "127.0.0.1" ? "localhost" : host, port }, []);
  return base;
}

/**
 * How to run the virtual device. Under npx, which puts a folder of its own on the `PATH`, Deno itself is likely not installed; elsewhere
 * either may be at hand.
 */
function commands(options: BannerOptions): string[] {
  const { denoVersion, path } = options;
  const server = here(options);
  const words = `task device --text "What time is it?"${server === USUAL_SERVER ? "" : ` --server ${server}`}`;
  const npx = `npx -y deno@${denoVersion} ${words}`;
  return /[\\/]_npx[\\/]/.test(path) ? [npx] : [`deno ${words}`, `or, without deno: ${npx}`];
}

/** Text in the column beside its title, broken between words. */
function titled(title: string, text: string): string[] {
  const width = WIDTH - MARGIN.length - TITLES;
  const lines: string[] = [];
  // Runs of spaces set things apart on purpose.
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line, index) => `${MARGIN}${(index === 0 ? title : "").padEnd(TITLES)}${line}`);
}
