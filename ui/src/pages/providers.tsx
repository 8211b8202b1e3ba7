// The identity providers: their state, and the groups of each groups claim.
import { api, unwrap } from "../api/client";
import type { Provider, ProviderGroups } from "../api/schema";
import { useResource } from "../hooks/use-resource";
import { accessUrl } from "../parts/bindings/subject-key";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Loading } from "../parts/feedback/loading";
import { Notice } from "../parts/feedback/notice";
import { Page } from "../parts/layout/page";
import { count } from "../parts/text/count";
import { Sentence } from "../parts/text/sentence";
import { Time } from "../parts/text/time";

export function Providers() {
  const read = useResource(() => unwrap(api.GET("/providers")), []);
  const refresh = (
    <button type="button" disabled={read.loading} onClick={() => void read.reload()}>
      {read.loading ? "Refreshing…" : "Refresh"}
    </button>
  );
  return (
    <Page
      title="Providers"
      lead={
        <>
          Identity providers for sign-in. Users of Gitea have their Gitea teams. Users of another
          provider have the groups of their last sign-in.
        </>
      }
      actions={refresh}
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
        <Notice kind="bad" title="Sign-in with this provider is not possible">
          <Sentence text={provider.last_error ?? "the provider does not answer"} />
        </Notice>
      )}
      {provider.reachable && provider.last_error !== undefined && (
        <Notice kind="warn" title="Last error">
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
        {provider.reachable ? "reachable" : "not reachable"}
        {provider.asked_at !== undefined && (
          <>
            , checked <Time at={provider.asked_at} />
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

function describeSignOut({
  reachable,
  signs_out: signsOut,
  tells_sign_out: tellsSignOut,
}: Provider): string {
  if (!reachable) return "unknown";
  const ways = [
    signsOut && "Samovar signs out of the provider",
    tellsSignOut && "the provider can sign out of Samovar",
  ].filter(Boolean);
  return ways.length === 0 ? "Samovar only" : ways.join("; ");
}

function describePeople(provider: Provider): string {
  const source = provider.gitea_source_id;
  const others = `${count(provider.people, "person", "people")} without a Gitea account`;
  return source === undefined
    ? others
    : `Gitea accounts of authentication source ${source}; ${others}`;
}

function ProviderGroupList({ provider, groups }: { provider: Provider; groups: ProviderGroups }) {
  return (
    <>
      <h3>
        Groups from the claim <code>{groups.claim}</code>
      </h3>
      {groups.found === false && (
        <Notice kind="warn">
          <p>
            The last sign-in did not contain this claim. Request a scope that includes the claim, or
            correct its name in the configuration.
          </p>
        </Notice>
      )}
      {groups.perhaps_cut > 0 && (
        <Notice kind="warn">
          <p>
            The groups of {count(groups.perhaps_cut, "person", "people")} may be incomplete
            {groups.cap !== undefined &&
              `, because the provider returns at most ${count(groups.cap, "group")}`}
            .
          </p>
        </Notice>
      )}
      {groups.names.length === 0 ? (
        <p class="muted">No groups are known yet.</p>
      ) : (
        <>
          <p class="muted small">
            Groups are identified by name: a person who can rename groups at the provider can take
            over their roles.
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
                <span class="muted">{count(group.people, "person", "people")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
