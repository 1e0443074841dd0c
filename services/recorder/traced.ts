/**
 * Makes the answers of guards visible: XState says which transition was taken, never why another was not.
 *
 * @module
 */

/** What takes the answers: a recorder. */
export interface GuardSink {
  /** Takes a note. */
  note(kind: string, data?: unknown): void;
}

/**
 * A guard that notes its answer as `{ guard, result }`.
 *
 * @param sink Finds the recorder; called with the guard's own arguments, so a machine shared by devices can look into its context.
 */
export function traced<Args, Params>(
  name: string,
  guard: (args: Args, params: Params) => boolean,
  sink: (args: Args) => GuardSink | undefined,
): (args: Args, params: Params) => boolean {
  return (args, params) => {
    const result = guard(args, params);
    sink(args)?.note("guard", { guard: name, result });
    return result;
  };
}
