// The frame: who is signed in, the navigation, and the page that the address names.
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
  const place = usePageLocation(isPage);
  const me = useResource(() => unwrap(api.GET("/me")), []);
  const [signedOut, setSignedOut] = useState(false);
  useEffect(() => {
    const lost = () => setSignedOut(true);
    addEventListener("samovar:signed-out", lost);
    return () => removeEventListener("samovar:signed-out", lost);
  }, []);
  useEffect(() => {
    const changed = () => void me.reload();
    addEventListener(ROLES_CHANGED, changed);
    return () => removeEventListener(ROLES_CHANGED, changed);
  }, [me.reload]);
  if (me.data === undefined && pageAt(place.path)?.page.open) {
    return (
      <main id="main">
        <CurrentPage place={place} />
      </main>
    );
  }
  if (signedOut)
    return <SignIn returnTo={place.path + (place.query.size > 0 ? `?${place.query}` : "")} />;
  if (me.data === undefined) {
    return (
      <main class="alone">
        {me.error ? (
          <ErrorNotice error={me.error} retry={() => void me.reload()} />
        ) : (
          <Loading what="who you are" />
        )}
      </main>
    );
  }
  return (
    <MeContext.Provider value={me.data}>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Header me={me.data} place={place} />
      <main id="main" tabIndex={-1}>
        {!me.data.may_claim_administrator && <AdministratorsBanner me={me.data} />}
        {me.data.may_claim_administrator ? (
          <Bootstrap onClaimed={me.reload} />
        ) : (
          <CurrentPage place={place} />
        )}
      </main>
      <Announcer />
    </MeContext.Provider>
  );
}

function CurrentPage({ place }: { place: PageLocation }) {
  const found = pageAt(place.path);
  if (found === undefined) {
    return (
      <Page title="No such page">
        <p>
          There is no page at <code>{place.path}</code>. <a href="/">Go to the start</a>.
        </p>
      </Page>
    );
  }
  const View = found.page.view;
  return <View key={`${place.visit} ${place.path}`} id={found.id} query={place.query} />;
}

function Header({ me, place }: { me: Me; place: PageLocation }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [place]);
  const seen = PAGES.filter(
    (page) => page.nav && (page.permission === undefined || holds(me.permissions, page.permission)),
  );
  const at = pageAt(place.path)?.page.nav;
  const system = seen.filter((page) => page.menu === "System");
  const own = seen.filter((page) => page.menu === "me");
  return (
    <header>
      <a class="mark" href="/">
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
        <NavLinks of={seen.filter((page) => page.menu === undefined)} at={at} />
        {system.length > 0 && (
          <NavMenu label="System" current={system.some((page) => page.nav === at)} at={place}>
            <NavLinks of={system} at={at} />
          </NavMenu>
        )}
        <div class="who">
          <NavMenu label={displayName(me)} current={own.some((page) => page.nav === at)} at={place}>
            <NavLinks of={own} at={at} />
            <form method="post" action="/auth/sign-out">
              <button type="submit">Sign out</button>
            </form>
          </NavMenu>
        </div>
      </nav>
    </header>
  );
}

function NavLinks({ of, at }: { of: readonly PageEntry[]; at: string | undefined }) {
  return (
    <>
      {of.map((page) => (
        <a key={page.path} href={page.path} aria-current={at === page.nav ? "page" : undefined}>
          {page.nav}
        </a>
      ))}
    </>
  );
}

function displayName(me: Me): string {
  return me.user ? qualifiedLogin(me.user) : (me.principal.login ?? "local operator");
}

function Announcer() {
  const [text, setText] = useState("");
  const say = useCallback((event: Event) => setText(String((event as CustomEvent).detail)), []);
  useEffect(() => {
    addEventListener("samovar:announce", say);
    return () => removeEventListener("samovar:announce", say);
  }, [say]);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
