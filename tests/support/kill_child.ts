/**
 * A program that reports what it has done line by line, and is killed in the middle of something.
 *
 * @module
 */

import assert from "node:assert/strict";

/** What is run, and when it is killed. */
export interface KillOptions {
  /** The path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  /** It is killed at a random moment after it has reported so many lines... */
  readonly lines: number;
  /** ...within this, milliseconds: as long as what it does between two reports takes, so that the kill may fall on any instruction of it. */
  readonly withinMs: number;
}

/** Runs the program and kills it; resolves to the lines that it reported, without one that is torn. */
export async function runAndKill({ program, args, lines, withinMs }: KillOptions): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", program, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  let armed: Promise<void> | undefined;
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (armed === undefined && text.split("\n").length > lines) {
      armed = new Promise((resolve) => setTimeout(resolve, Math.random() * withinMs)).then(() => child.kill("SIGKILL"));
    }
  }
  await armed;
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL");
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "");
}
