// The frame of all pages: the signed-in principal, the navigation and the page at the current path.
import { useCallback, useEffect, useState } from "preact/hooks";
import { api, ROLES_CHANGED, unwrap } from "./api/client";
import type { Me } from "./api/schema";
import { holds, MeContext } from "./hooks/use-me";
import { qualifiedLogin } from "./hooks/use-names";
import { useResource } from "./hooks/use-resource";
import { pageAt, type PageEntry, PAGES } from "./pages";
import { Bootstrap } from "./pages/bootstrap";
import { SignIn } from "./pages/sign-in";
import { ErrorNotice } from "./parts/feedback/error-notice";
import { Loading } from "./parts/feedback/loading";
import { AdministratorsBanner } from "./parts/layout/administrators-banner";
import { NavMenu } from "./parts/layout/nav-menu";
import { Page } from "./parts/layout/page";
import { type PageLocation, usePageLocation } from "./router";

const isPage = (path: string) => pageAt(path) !== undefined;

export function App() {
  const location = usePageLocation(isPage);
  const me = useResource(() => unwrap(api.GET("/me")), []);
  const [signedOut, setSignedOut] = useState(false);
  useEffect(() => {
    const showSignIn = () => setSignedOut(true);
    addEventListener("samovar:signed-out", showSignIn);
    return () => removeEventListener("samovar:signed-out", showSignIn);
  }, []);
  useEffect(() => {
    const reload = () => void me.reload();
    addEventListener(ROLES_CHANGED, reload);
    return () => removeEventListener(ROLES_CHANGED, reload);
  }, [me.reload]);
  if (me.data === undefined && pageAt(location.path)?.page.open) {
    return (
      <main id="main">
        <CurrentPage location={location} />
      </main>
    );
  }
  if (signedOut)
    return (
      <SignIn returnTo={location.path + (location.query.size > 0 ? `?${location.query}` : "")} />
    );
  if (me.data === undefined) {
    return (
      <main class="centered">
        {me.error ? (
          <ErrorNotice error={me.error} retry={() => void me.reload()} />
        ) : (
          <Loading what="your account" />
        )}
      </main>
    );
  }
  return (
    <MeContext.Provider value={me.data}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header me={me.data} location={location} />
      <main id="main" tabIndex={-1}>
        {!me.data.may_claim_administrator && <AdministratorsBanner me={me.data} />}
        {me.data.may_claim_administrator ? (
          <Bootstrap onDone={me.reload} />
        ) : (
          <CurrentPage location={location} />
        )}
      </main>
      <Announcer />
    </MeContext.Provider>
  );
}

function CurrentPage({ location }: { location: PageLocation }) {
  const found = pageAt(location.path);
  if (found === undefined) {
    return (
      <Page title="Page not found">
        <p>
          There is no page at <code>{location.path}</code>. <a href="/">Open the overview</a>.
        </p>
      </Page>
    );
  }
  const View = found.page.view;
  return <View key={`${location.visit} ${location.path}`} id={found.id} query={location.query} />;
}

function Header({ me, location }: { me: Me; location: PageLocation }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [location]);
  const visible = PAGES.filter(
    (page) => page.nav && (page.permission === undefined || holds(me.permissions, page.permission)),
  );
  const current = pageAt(location.path)?.page.nav;
  const system = visible.filter((page) => page.menu === "System");
  const own = visible.filter((page) => page.menu === "me");
  return (
    <header>
      <a class="brand" href="/">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        Samovar
      </a>
      <button
        type="button"
        class="menu"
        aria-expanded={open}
        aria-controls="nav"
        onClick={() => setOpen(!open)}
      >
        Menu
      </button>
      <nav id="nav" class={open ? "open" : undefined} aria-label="Pages">
        <NavLinks of={visible.filter((page) => page.menu === undefined)} current={current} />
        {system.length > 0 && (
          <NavMenu
            label="System"
            current={system.some((page) => page.nav === current)}
            at={location}
          >
            <NavLinks of={system} current={current} />
          </NavMenu>
        )}
        <div class="account-menu">
          <NavMenu
            label={displayName(me)}
            current={own.some((page) => page.nav === current)}
            at={location}
          >
            <NavLinks of={own} current={current} />
            <form method="post" action="/auth/sign-out">
              <button type="submit">Sign out</button>
            </form>
          </NavMenu>
        </div>
      </nav>
    </header>
  );
}

function NavLinks({ of, current }: { of: readonly PageEntry[]; current: string | undefined }) {
  return (
    <>
      {of.map((page) => (
        <a
          key={page.path}
          href={page.path}
          aria-current={current === page.nav ? "page" : undefined}
        >
          {page.nav}
        </a>
      ))}
    </>
  );
}

function displayName(me: Me): string {
  return me.user ? qualifiedLogin(me.user) : (me.principal.login ?? "Local operator");
}

function Announcer() {
  const [text, setText] = useState("");
  const show = useCallback((event: Event) => setText(String((event as CustomEvent).detail)), []);
  useEffect(() => {
    addEventListener("samovar:announce", show);
    return () => removeEventListener("samovar:announce", show);
  }, [show]);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
