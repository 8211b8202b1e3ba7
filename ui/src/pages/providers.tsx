// Who proves who somebody is: each provider with its state, and what its groups claim gives.
import { api, unwrap } from "../api/client";
import type { Provider, ProviderGroups } from "../api/schema";
import { useResource } from "../hooks/use-resource";
import { accessUrl } from "../parts/bindings/subject-key";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Loading } from "../parts/feedback/loading";
import { Notice } from "../parts/feedback/notice";
import { Page } from "../parts/layout/page";
import { Sentence } from "../parts/text/sentence";
import { Time } from "../parts/text/time";

export function Providers() {
  const read = useResource(() => unwrap(api.GET("/providers")), []);
  const again = (
    <button type="button" disabled={read.loading} onClick={() => void read.reload()}>
      {read.loading ? "Asking…" : "Ask again"}
    </button>
  );
  return (
    <Page
      title="Providers"
      lead="Who proves who somebody is. Gitea's people have Gitea's teams; people whom another provider alone knows have its groups, as of their last sign-in."
      actions={again}
    >
      {read.error && <ErrorNotice error={read.error} retry={() => void read.reload()} />}
      {read.data === undefined && read.loading && <Loading what="the providers" />}
      {read.data?.items.map((provider) => (
        <ProviderSection key={provider.id} provider={provider} />
      ))}
    </Page>
  );
}

function ProviderSection({ provider }: { provider: Provider }) {
  return (
    <section aria-labelledby={`provider-${provider.id}`}>
      <h2 id={`provider-${provider.id}`}>{provider.name}</h2>
      {!provider.reachable && (
        <Notice kind="bad" title="It cannot be used to sign in">
          <Sentence text={provider.last_error ?? "it does not answer"} />
        </Notice>
      )}
      {provider.reachable && provider.last_error !== undefined && (
        <Notice kind="warn" title="What went wrong last">
          <p>
            {provider.last_error_at !== undefined && (
              <>
                <Time at={provider.last_error_at} />:{" "}
              </>
            )}
            <Sentence text={provider.last_error} />
          </p>
        </Notice>
      )}
      <ProviderFacts provider={provider} />
      {provider.groups !== undefined && (
        <ProviderGroupList provider={provider} groups={provider.groups} />
      )}
    </section>
  );
}

function ProviderFacts({ provider }: { provider: Provider }) {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <code>{provider.id}</code>
      </dd>
      <dt>State</dt>
      <dd>
        {provider.reachable ? "answers" : "does not answer as it should"}
        {provider.asked_at !== undefined && (
          <>
            , asked <Time at={provider.asked_at} />
          </>
        )}
      </dd>
      <dt>Issuer</dt>
      <dd>
        <code>{provider.issuer}</code>
      </dd>
      <dt>Redirect URI</dt>
      <dd>
        <code>{provider.redirect_uri}</code>
      </dd>
      <dt>Sign-out</dt>
      <dd>{describeSignOut(provider)}</dd>
      {provider.kind === "openid" && (
        <>
          <dt>People</dt>
          <dd>{describePeople(provider)}</dd>
        </>
      )}
    </dl>
  );
}

function describeSignOut({ reachable, signs_out: there, tells_sign_out: tells }: Provider): string {
  if (!reachable) return "not known";
  const ways = [
    there && "signing out here signs out there",
    tells && "signing out there can sign out here",
  ].filter(Boolean);
  return ways.length === 0 ? "ends here alone" : ways.join("; ");
}

function describePeople(provider: Provider): string {
  const source = provider.gitea_source_id;
  const alone = `${provider.people} known here alone`;
  return source === undefined
    ? alone
    : `the Gitea accounts of authentication source ${source}; ${alone}`;
}

function ProviderGroupList({ provider, groups }: { provider: Provider; groups: ProviderGroups }) {
  return (
    <>
      <h3>
        What the claim <code>{groups.claim}</code> gives
      </h3>
      {groups.found === false && (
        <Notice kind="warn">
          <p>
            The last sign-in had no such claim: nobody is in a group. Ask for a scope that gives it,
            or correct the claim's name.
          </p>
        </Notice>
      )}
      {groups.perhaps_cut > 0 && (
        <Notice kind="warn">
          <p>
            {groups.perhaps_cut === 1
              ? "One person's list"
              : `The lists of ${groups.perhaps_cut} people`}{" "}
            may be cut by the provider
            {groups.cap !== undefined && `, which tells ${groups.cap} groups at most`}: somebody can
            be in a group that is not told.
          </p>
        </Notice>
      )}
      {groups.names.length === 0 ? (
        <p class="muted">No group has been told yet.</p>
      ) : (
        <>
          <p class="muted small">
            Groups are known by name: whoever can rename a group there can take over what it is
            given here.
          </p>
          <ul class="rows">
            {groups.names.map((group) => (
              <li key={group.name}>
                <a
                  href={accessUrl({
                    kind: "provider-group",
                    provider: provider.id,
                    name: group.name,
                  })}
                >
                  <bdi>{group.name}</bdi>
                </a>{" "}
                <span class="muted">
                  {group.people === 1 ? "1 person" : `${group.people} people`}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
