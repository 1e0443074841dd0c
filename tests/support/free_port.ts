/**
 * Ports for servers that cannot be asked to choose one themselves.
 *
 * @module
 */

/**
 * A TCP port that nobody listens on now. Another process may take it before the caller does: prefer `port: 0` wherever the server under
 * test can say which port it got.
 */
export function freePort(hostname = "127.0.0.1"): number {
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
