/**
 * The whole console: signing in, or the frame with a page in it.
 *
 * @module
 */

import type { JSX } from "preact";
import { useConsole } from "./context.ts";
import { Frame } from "./shell/frame.tsx";
import { CurrentPage, pageAt } from "./shell/page.tsx";
import { SignInPage } from "./shell/sign_in.tsx";
import { Loading } from "./ui/states.tsx";

/** The console. */
export function App(): JSX.Element {
  const { session, router } = useConsole();
  if (session.value === undefined) {
    return (
      <main class="page">
        <Loading />
      </main>
    );
  }
  if (session.value.role === undefined) return <SignInPage />;
  return (
    <Frame page={pageAt(router.path.value)?.page}>
      <CurrentPage />
    </Frame>
  );
}
