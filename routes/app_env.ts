/**
 * What handlers know of a request besides the request.
 *
 * @module
 */

/** The environment of all Hono handlers of this server. */
export interface AppEnv {
  readonly Bindings: {
    /** Address of the socket. */
    readonly peer: string;
  };
}
