/**
 * A process that takes the lock of a data directory and holds it until it is killed.
 *
 * @module
 */

import { lockDataDir } from "../../services/data_dir_lock.ts";

const lock = await lockDataDir(Deno.args[0] ?? "");
await Deno.stdout.write(new TextEncoder().encode(`${lock.path}\n`));
setInterval(() => {}, 1_000);
