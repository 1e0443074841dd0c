/**
 * A page: its title, its heading, and what it shows. Loads the code of the page that the address names.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { type PageEntry, type PageProps, PAGES, START } from "../pages.ts";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { Link } from "./link.tsx";
import { match } from "./router.ts";

/** The page at a path, with the parameters of its address. */
export function pageAt(path: string): { readonly page: PageEntry; readonly params: PageProps["params"] } | undefined {
  const wanted = path === "/" ? START : path;
  for (const page of PAGES) {
    const params = match(page.path, wanted);
    if (params !== undefined) return { page, params };
  }
  return undefined;
}

/** What a {@link Page} shows. */
export interface PageFrameProps {
  readonly title: string;
  /** Beside the heading. */
  readonly aside?: ComponentChildren;
  /** Above the heading. */
  readonly above?: ComponentChildren;
  /** Whether the page fills the window and scrolls inside. */
  readonly fills?: boolean;
  readonly children: ComponentChildren;
}

/** A page with its heading, which takes the focus when somebody comes from another page. */
export function Page({ title, aside, above, fills = false, children }: PageFrameProps): JSX.Element {
  const { router } = useConsole();
  const t = useTexts(commonTexts);
  const heading = useRef<HTMLHeadingElement>(null);
  const path = router.path.value;
  useEffect(() => {
    document.title = `${title} · ${t.product}`;
  }, [title, t]);
  useEffect(() => {
    // At the first page the reader begins at the top by itself.
    if (document.body.dataset.path !== undefined && document.body.dataset.path !== path) heading.current?.focus();
    document.body.dataset.path = path;
  }, [path]);
  return (
    <main class={fills ? "page fills" : "page"}>
      {above}
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {aside}
      </div>
      {children}
    </main>
  );
}

type Shown = { readonly page: PageEntry; readonly component: (props: PageProps) => JSX.Element };

/** The page that the address names. */
export function CurrentPage(): JSX.Element {
  const { router } = useConsole();
  const found = pageAt(router.path.value);
  const [shown, setShown] = useState<Shown>();
  const [error, setError] = useState<unknown>();
  const page = found?.page;
  useEffect(() => {
    let current = true;
    setError(undefined);
    page?.load().then(
      ({ default: component }) => current && setShown({ page, component }),
      (reason) => current && setError(reason),
    );
    return () => {
      current = false;
    };
  }, [page]);
  if (found === undefined) return <NoPage />;
  if (error !== undefined) return <BrokenPage error={error} />;
  if (shown?.page !== page || shown === undefined) {
    return (
      <main class="page">
        <Loading />
      </main>
    );
  }
  const Shown = shown.component;
  return <Shown key={router.path.value} params={found.params} />;
}

function NoPage(): JSX.Element {
  const t = useTexts(commonTexts);
  return (
    <Page title={t.notFoundTitle}>
      <Empty title={t.notFoundText}>
        <Link to={START} class="button">{t.toDevices}</Link>
      </Empty>
    </Page>
  );
}

/** A new version of the server has other files: the document has to be loaded again. */
function BrokenPage({ error }: { readonly error: unknown }): JSX.Element {
  const t = useTexts(commonTexts);
  return (
    <Page title={t.pageFailed}>
      <Failure error={error} />
      <p>
        <button type="button" onClick={() => location.reload()}>{t.reload}</button>
      </p>
    </Page>
  );
}
