/**
 * The `device` command: a strict virtual ESP32 device on the terminal. `deno task device --help` tells more.
 *
 * @module
 */

import { systemClock } from "../base/clock.ts";
import { runDeviceCommand } from "./device/command.ts";
import { webSocketClient } from "./device/websocket_client.ts";

if (import.meta.main) {
  const clock = systemClock();
  const writeLine = (stream: { writeSync(bytes: Uint8Array): number }) => (line: string) => {
    const bytes = new TextEncoder().encode(`${line}\n`);
    for (let offset = 0; offset < bytes.length;) offset += stream.writeSync(bytes.subarray(offset));
  };
  Deno.exit(
    await runDeviceCommand(Deno.args, {
      clock,
      fetch,
      openSocket: webSocketClient({ clock }),
      readFile: (path) => Deno.readFile(path),
      writeFile: (path, bytes) => Deno.writeFile(path, bytes),
      print: writeLine(Deno.stdout),
      complain: writeLine(Deno.stderr),
    }),
  );
}
