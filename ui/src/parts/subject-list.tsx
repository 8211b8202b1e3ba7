// The left side of the Access page: organizations with their teams, people by search, and service accounts.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api, take } from "../api/client";
import type { Organization, Provider, Subject, Team, User } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { calledOf } from "../hooks/use-names";
import type { AccessWorld, Chosen } from "../pages/access";
import { subjectKey } from "./binding-words";

interface Props {
  world: AccessWorld;
  chosen: string | null;
  onChoose: (one: Chosen) => void;
}

/** More organizations than this start folded. */
const OPEN_AT_MOST = 6;

export function SubjectList(props: Props) {
  const { world, chosen } = props;
  const [search, setSearch] = useState("");
  const teamsOf = useMemo(
    () => Map.groupBy(world.teams, (team) => team.organization.id),
    [world.teams],
  );
  const wanted = search.trim().toLowerCase();
  const fits = (name: string) => name.toLowerCase().includes(wanted);
  const shown = world.organizations
    .map((organization) => ({
      organization,
      teams: (teamsOf.get(organization.id) ?? []).filter((team) =>
        fits(`${organization.name}/${team.name}`),
      ),
    }))
    .filter(({ organization, teams }) => teams.length > 0 || fits(organization.name));
  return (
    <section class="side" aria-label="Organizations, teams, people and service accounts">
      <input
        type="search"
        aria-label="Search organizations, teams, people and service accounts"
        placeholder="Search"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {shown.map(({ organization, teams }) => (
        <OrganizationEntry
          key={organization.id}
          {...props}
          organization={organization}
          teams={teams}
          open={
            wanted !== "" ||
            shown.length <= OPEN_AT_MOST ||
            teams.some((team) => chosen === `team:${team.id}`)
          }
        />
      ))}
      {shown.length === 0 && wanted !== "" && (
        <p class="muted after">No organization or team has that in its name.</p>
      )}
      {shown.length === 0 && wanted === "" && (
        <p class="muted after">
          No organization or team is mirrored yet. <a href="/gitea">See why</a>.
        </p>
      )}
      <GroupsEntry {...props} search={wanted} />
      <PeopleEntry {...props} search={wanted} />
      <AccountsEntry {...props} search={wanted} />
    </section>
  );
}

interface EntryProps extends Props {
  organization: Organization;
  teams: Team[];
  open: boolean;
}

function OrganizationEntry({ organization, teams, open, ...rest }: EntryProps) {
  const { id, name } = organization;
  return (
    <details class="group" open={open}>
      <summary>{name}</summary>
      <ul class="choices">
        <Choice
          {...rest}
          one={{ subject: { kind: "organization", id }, name }}
          label={`Everyone in ${name}`}
          people={organization.members}
        />
        {teams.map((team) =>
          team.owners ? (
            <Choice
              key={team.id}
              {...rest}
              one={{ subject: { kind: "organization-owners", id }, name }}
              label={`Owners of ${name}`}
              people={team.members}
            />
          ) : (
            <Choice
              key={team.id}
              {...rest}
              one={{ subject: { kind: "team", id: team.id }, name: `${name}/${team.name}` }}
              label={team.name}
              people={team.members}
            />
          ),
        )}
      </ul>
    </details>
  );
}

interface ChoiceProps extends Props {
  one: Chosen;
  label: string;
  people?: number;
}

function Choice({ world, chosen, onChoose, one, label, people }: ChoiceProps) {
  const key = subjectKey(one.subject);
  const given = world.bindings.filter((binding) => subjectKey(binding.subject) === key).length;
  return (
    <li>
      <button
        type="button"
        aria-current={chosen === key ? "true" : undefined}
        onClick={() => onChoose(one)}
      >
        <span>{label}</span>
        <span class="muted small">
          {people !== undefined && (people === 1 ? "1 person" : `${people} people`)}
          {given > 0 && <b class="count">{given === 1 ? "1 role" : `${given} roles`}</b>}
        </span>
      </button>
    </li>
  );
}

/** Groups of other providers, as their claims gave them, and those that a role binding names. */
function GroupsEntry({ search, ...rest }: Props & { search: string }) {
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

function PeopleEntry({ search, ...rest }: Props & { search: string }) {
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

function AccountsEntry({ search, ...rest }: Props & { search: string }) {
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
