/**
 * The `load` command: virtual devices in conversation with a server. `deno task load --help` tells more.
 *
 * @module
 */

import { runLoadCommand } from "./load/command.ts";
import { runLoad } from "./load/run.ts";
import { print, printError } from "./output.ts";

if (import.meta.main) {
  Deno.exitCode = await runLoadCommand(Deno.args, {
    run: runLoad,
    writeText: (path, text) => Deno.writeTextFile(path, text),
    print,
    printError,
  });
}
