/**
 * The empty pacer: nothing but one absolute 60 ms timer a connection, each firing sends a frame. What a machine does to this, it does to
 * every pacer in Deno. Prints `{"port"}`.
 *
 * @module
 */

import { print } from "../../tools/output.ts";

/** One frame, milliseconds. */
const FRAME_MS = 60;
/** A frame of 24 kbit/s. */
const FRAME_BYTES = 180;

const frame = new Uint8Array(FRAME_BYTES);

function pace(socket: WebSocket, phase: number): void {
  const origin = performance.now() + phase;
  let sent = 0;
  const tick = () => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(frame);
    sent++;
    setTimeout(tick, Math.max(0, origin + sent * FRAME_MS - performance.now()));
  };
  setTimeout(tick, phase);
}

if (import.meta.main) {
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => print(`${JSON.stringify({ port })}\n`),
  }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.onopen = () => pace(socket, Number(new URL(request.url).searchParams.get("phase") ?? 0));
    return response;
  });
}
