// The subjects that are not from Gitea's organizations: provider groups, people and service accounts.
import { useEffect, useState } from "preact/hooks";
import { api, unwrap } from "../../api/client";
import type { Provider, Subject, User } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { qualifiedLogin } from "../../hooks/use-names";
import { MAX_OPEN_GROUPS, SubjectChoice, type SubjectListProps } from "./subject-choice";
import { subjectKey } from "./subject-key";

interface Props extends SubjectListProps {
  /** The search text in lower case. */
  search: string;
}

/** Groups that the providers' claims contained, and groups that a role binding names. */
export function ProviderGroups({ search, ...rest }: Props) {
  const may = useMay();
  const [claimed, setClaimed] = useState<Subject[]>([]);
  useEffect(() => {
    if (!may("samovar.providers:read")) return;
    unwrap(api.GET("/providers")).then(
      ({ items }) => setClaimed(items.flatMap(groupsOf)),
      () => setClaimed([]),
    );
  }, []);
  const bound = rest.access.bindings.map((binding) => binding.subject);
  const all = new Map(
    [...claimed, ...bound]
      .filter((subject) => subject.kind === "provider-group")
      .map((subject) => [subjectKey(subject), subject]),
  );
  const shown = [...all].filter(([, subject]) => subject.name.toLowerCase().includes(search));
  if (all.size === 0) return null;
  return (
    <details class="group" open={search !== "" || all.size <= MAX_OPEN_GROUPS}>
      <summary>Groups of other providers</summary>
      <ul class="choices">
        {shown.map(([key, subject]) => (
          <SubjectChoice
            key={key}
            {...rest}
            subject={{ subject, name: subject.name }}
            label={`${subject.name} (${subject.provider})`}
          />
        ))}
      </ul>
      <p class="muted small">
        Groups are identified by name: a person who can rename groups at the provider can take over
        their roles.
      </p>
    </details>
  );
}

function groupsOf({ id, groups }: Provider): Subject[] {
  return (
    groups?.names.map(({ name }): Subject => ({ kind: "provider-group", provider: id, name })) ?? []
  );
}

export function People({ search, ...rest }: Props) {
  const [found, setFound] = useState<User[]>([]);
  useEffect(() => {
    if (search === "") return setFound([]);
    const timer = setTimeout(() => {
      unwrap(api.GET("/users", { params: { query: { search, limit: 20 } } })).then(
        ({ items }) => setFound(items),
        () => setFound([]),
      );
    }, 150);
    return () => clearTimeout(timer);
  }, [search]);
  const ids = new Set(found.map((user) => user.id));
  const bound = rest.access.bindings.filter(
    (binding) => binding.subject.kind === "user" && !ids.has(binding.subject.id),
  );
  const others = new Map(
    bound
      .filter((binding) => (binding.subject_name ?? "").toLowerCase().includes(search))
      .map((binding) => [subjectKey(binding.subject), binding]),
  );
  return (
    <details class="group" open>
      <summary>People</summary>
      <ul class="choices">
        {found.map((user) => (
          <SubjectChoice
            key={user.id}
            {...rest}
            subject={{ subject: { kind: "user", id: user.id }, name: qualifiedLogin(user) }}
            label={describeUser(user)}
          />
        ))}
        {[...others].map(([key, binding]) => (
          <SubjectChoice
            key={key}
            {...rest}
            subject={{ subject: binding.subject, name: binding.subject_name ?? "" }}
            label={binding.subject_name ?? "deleted user"}
          />
        ))}
      </ul>
      {search === "" && (
        <p class="muted small">
          Search to find more people. Roles of teams are easier to maintain than roles of people.
        </p>
      )}
    </details>
  );
}

function describeUser(user: User): string {
  const name = user.full_name
    ? `${qualifiedLogin(user)} (${user.full_name})`
    : qualifiedLogin(user);
  return user.enabled ? name : `${name} (disabled)`;
}

export function ServiceAccounts({ search, ...rest }: Props) {
  const { accounts } = rest.access;
  const shown = accounts.filter((account) => account.name.includes(search));
  if (shown.length === 0) return null;
  const open =
    search !== "" ||
    accounts.length <= MAX_OPEN_GROUPS ||
    (rest.selected?.startsWith("service-account:") ?? false);
  return (
    <details class="group" open={open}>
      <summary>Service accounts</summary>
      <ul class="choices">
        {shown.map((account) => (
          <SubjectChoice
            key={account.id}
            {...rest}
            subject={{ subject: { kind: "service-account", id: account.id }, name: account.name }}
            label={account.state === "active" ? account.name : `${account.name} (inactive)`}
          />
        ))}
      </ul>
    </details>
  );
}
