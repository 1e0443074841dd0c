/**
 * Prints the hash of a password, for `console.viewerPassword`: `deno task password`.
 *
 * @module
 */

import { systemRandom } from "../base/random.ts";
import { hashPassword } from "../services/sign_in/password_hash.ts";
import { print, printError } from "./output.ts";

const HELP = `Prints the hash of a password, which it asks for, or reads from standard input.

  deno task password

The hash can stand in console.viewerPassword instead of the password.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    print(HELP);
    return 0;
  }
  const piped = !Deno.stdin.isTerminal();
  const password = piped ? (await new Response(Deno.stdin.readable).text()).replace(/\r?\n$/, "") : prompt("Password:") ?? "";
  if (password === "") {
    printError("Expected a password on standard input\n");
    return 64;
  }
  print(`${await hashPassword(password, systemRandom())}\n`);
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
