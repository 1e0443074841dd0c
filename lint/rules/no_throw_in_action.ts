/**
 * Rule `no-throw-in-action`: no `throw`, no `await` and no async function in an XState action. An action that throws stops the actor and
 * every actor of its system with an error; a promise that an action makes has nobody who waits for it.
 *
 * REACH. Sees `throw`, `await`, `for await` and `async` anywhere within a function that is an argument of `assign`, `enqueueActions`,
 * `createAction`, `raise`, `sendTo`, `emit`, `log`, `cancel`, `spawnChild`, `stopChild`, or that stands under `actions`, `entry` or `exit`
 * of an object literal (so in `setup`, `provide`, `createMachine` and parts of charts in files of their own); functions nested in it
 * count too, even where a `catch` surrounds them. Looks at files in `actors/` and at others that import xstate; not at tests and bench.
 * Cannot see: what a called function throws, an action defined elsewhere and given by name, an object built by code.
 *
 * @module
 */

import { holdsCharts, isInAction } from "../xstate.ts";

/** The rule. */
export const noThrowInAction: Deno.lint.Rule = {
  create(context) {
    if (!holdsCharts(context)) return {};
    const look = (node: Deno.lint.Node, what: string, instead: string): void => {
      if (isInAction(context, node)) context.report({ node, message: `An action must not ${what}`, hint: instead });
    };
    const lookAtFunction = (
      node: Deno.lint.ArrowFunctionExpression | Deno.lint.FunctionExpression | Deno.lint.FunctionDeclaration,
    ): void => {
      if (node.async) look(node, "be async or hold an async function", "Invoke a promise actor, and answer its onDone and onError");
    };
    return {
      ThrowStatement(node) {
        look(node, "throw", "Raise an event for what went wrong, or do the work in an invoked actor with onError");
      },
      AwaitExpression(node) {
        look(node, "await", "Invoke a promise actor, and answer its onDone and onError");
      },
      ForOfStatement(node) {
        if (node.await) look(node, "await", "Invoke a callback actor that sends each item back as an event");
      },
      ArrowFunctionExpression: lookAtFunction,
      FunctionExpression: lookAtFunction,
      FunctionDeclaration: lookAtFunction,
    };
  },
};
