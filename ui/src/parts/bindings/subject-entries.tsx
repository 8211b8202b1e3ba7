// Parts of the list of subjects: provider groups, people and service accounts.
import { useEffect, useState } from "preact/hooks";
import { api, take } from "../../api/client";
import type { Provider, Subject, User } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { calledOf } from "../../hooks/use-names";
import { Choice, OPEN_AT_MOST, type SubjectListProps } from "./subject-choice";
import { subjectKey } from "./subject-key";

interface Props extends SubjectListProps {
  /** In lower case; empty while nothing is searched for. */
  search: string;
}

/** Groups of other providers, as their claims gave them, and those that a role binding names. */
export function GroupsEntry({ search, ...rest }: Props) {
  const may = useMay();
  const [told, setTold] = useState<Subject[]>([]);
  useEffect(() => {
    if (!may("samovar.providers:read")) return;
    take(api.GET("/providers")).then(
      ({ items }) => setTold(items.flatMap(groupsOf)),
      () => setTold([]),
    );
  }, []);
  const bound = rest.world.bindings.map((binding) => binding.subject);
  const all = new Map(
    [...told, ...bound]
      .filter((subject) => subject.kind === "provider-group")
      .map((subject) => [subjectKey(subject), subject]),
  );
  const shown = [...all].filter(([, subject]) => subject.name.toLowerCase().includes(search));
  if (all.size === 0) return null;
  return (
    <details class="group" open={search !== "" || all.size <= OPEN_AT_MOST}>
      <summary>Groups of other providers</summary>
      <ul class="choices">
        {shown.map(([key, subject]) => (
          <Choice
            key={key}
            {...rest}
            one={{ subject, name: subject.name }}
            label={`${subject.name} (${subject.provider})`}
          />
        ))}
      </ul>
      <p class="muted small">By name: whoever can rename a group there can take over its roles.</p>
    </details>
  );
}

function groupsOf({ id, groups }: Provider): Subject[] {
  return (
    groups?.names.map(({ name }): Subject => ({ kind: "provider-group", provider: id, name })) ?? []
  );
}

export function PeopleEntry({ search, ...rest }: Props) {
  const [found, setFound] = useState<User[]>([]);
  useEffect(() => {
    if (search === "") return setFound([]);
    const soon = setTimeout(() => {
      take(api.GET("/users", { params: { query: { search, limit: 20 } } })).then(
        (answer) => setFound(answer.items),
        () => setFound([]),
      );
    }, 150);
    return () => clearTimeout(soon);
  }, [search]);
  const ids = new Set(found.map((user) => user.id));
  const bound = rest.world.bindings.filter(
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
          <Choice
            key={user.id}
            {...rest}
            one={{ subject: { kind: "user", id: user.id }, name: calledOf(user) }}
            label={personWords(user)}
          />
        ))}
        {[...others].map(([key, binding]) => (
          <Choice
            key={key}
            {...rest}
            one={{ subject: binding.subject, name: binding.subject_name ?? "" }}
            label={binding.subject_name ?? "gone from Gitea"}
          />
        ))}
      </ul>
      {search === "" && (
        <p class="muted small">
          Search to find more people. Roles are easier to keep when teams have them.
        </p>
      )}
    </details>
  );
}

function personWords(user: User): string {
  const words = user.full_name ? `${calledOf(user)} (${user.full_name})` : calledOf(user);
  return user.enabled ? words : `${words} (disabled)`;
}

export function AccountsEntry({ search, ...rest }: Props) {
  const { accounts } = rest.world;
  const shown = accounts.filter((account) => account.name.includes(search));
  if (shown.length === 0) return null;
  const open =
    search !== "" ||
    accounts.length <= OPEN_AT_MOST ||
    (rest.chosen?.startsWith("service-account:") ?? false);
  return (
    <details class="group" open={open}>
      <summary>Service accounts</summary>
      <ul class="choices">
        {shown.map((account) => (
          <Choice
            key={account.id}
            {...rest}
            one={{ subject: { kind: "service-account", id: account.id }, name: account.name }}
            label={account.state === "active" ? account.name : `${account.name} (not active)`}
          />
        ))}
      </ul>
    </details>
  );
}
