// Sign-ins of browsers: one's own, or everybody's for those who may see them.
import { useState } from "preact/hooks";
import { api, page, take } from "../api/client";
import type { Session } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { usePages } from "../hooks/use-pages";
import { Confirm } from "../parts/confirm";
import { Field } from "../parts/field";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { PersonInput } from "../parts/people";
import { SessionTable } from "../parts/session-table";

type Ending = Session | "all";

export function Sessions() {
  const may = useMay();
  const all = may("samovar.sessions:read");
  const [mine, setMine] = useState(!all);
  const [login, setLogin] = useState("");
  const [user, setUser] = useState<string>();
  const [ending, setEnding] = useState<Ending>();
  const sessions = usePages((cursor) => readSessions(mine, user, cursor), [mine, user]);
  const changeable = mine || may("samovar.sessions:end");
  return (
    <Page title="Sessions" lead="A session is a browser's sign-in, at Samovar or at an application below it. Ending one takes effect at once.">
      {all && (
        <div class="segments" role="group" aria-label="Whose">
          <button type="button" aria-pressed={!mine} onClick={() => setMine(false)}>
            Everybody's
          </button>
          <button type="button" aria-pressed={mine} onClick={() => setMine(true)}>
            Mine
          </button>
        </div>
      )}
      {!mine && (
        <form class="filters" onSubmit={(event) => event.preventDefault()}>
          <Field label="Person" hint={login !== "" && user === undefined ? "Nobody has this login; everybody's sessions are shown." : undefined}>
            {(ties) => (
              <PersonInput
                ties={ties}
                login={login}
                placeholder="anybody"
                onChange={(typed, found) => {
                  setLogin(typed);
                  setUser(found?.id);
                }}
              />
            )}
          </Field>
        </form>
      )}
      {sessions.error && <ErrorBox error={sessions.error} retry={() => void sessions.reload()} />}
      {sessions.items === undefined && sessions.loading && <Loading what="sessions" />}
      {sessions.items && <SessionTable sessions={sessions.items} onEnd={changeable ? setEnding : undefined} />}
      <div class="actions">
        {sessions.more && (
          <button type="button" disabled={sessions.loading} onClick={() => void sessions.readMore()}>
            Show more
          </button>
        )}
        {mine && (
          <button type="button" class="danger" onClick={() => setEnding("all")}>
            Sign out everywhere…
          </button>
        )}
      </div>
      {ending && <End ending={ending} mine={mine} onEnded={sessions.reload} onClose={() => setEnding(undefined)} />}
    </Page>
  );
}

async function readSessions(mine: boolean, user: string | undefined, cursor: string | undefined) {
  if (mine) return take(api.GET("/me/sessions", { params: { query: page(cursor, 50) } }));
  const query = user === undefined ? page(cursor, 50) : { ...page(cursor, 50), user };
  return take(api.GET("/sessions", { params: { query } }));
}

interface EndProps {
  ending: Ending;
  mine: boolean;
  onEnded: () => Promise<void>;
  onClose: () => void;
}

function End({ ending, mine, onEnded, onClose }: EndProps) {
  const work = async () => {
    if (ending === "all") await take(api.DELETE("/me/sessions"));
    else if (mine) await take(api.DELETE("/me/sessions/{id}", { params: { path: { id: ending.id } } }));
    else await take(api.DELETE("/sessions/{id}", { params: { path: { id: ending.id } } }));
    announce("Session ended");
    await onEnded();
  };
  const title = ending === "all" ? "Sign out everywhere?" : `End this session of ${ending.principal.login ?? ending.principal.kind}?`;
  return (
    <Confirm title={title} verb={ending === "all" ? "Sign out everywhere" : "End session"} work={work} onClose={onClose}>
      <p>
        {ending === "all" && "Every browser in which you signed in, this one among them, is signed out of Samovar and of all applications."}
        {ending !== "all" && ending.place.kind === "samovar" && "The browser is signed out of Samovar and of all applications that it reached through this session."}
        {ending !== "all" && ending.place.kind === "application" && "The browser is signed out of this application; it may come back without signing in again while its session at Samovar lasts."}
      </p>
      {ending !== "all" && ending.current && (
        <p>
          <b>This is the session that you are using now.</b>
        </p>
      )}
    </Confirm>
  );
}
