// The left side of the Access page: organizations with their teams, people by search, and service accounts.
import { useMemo, useState } from "preact/hooks";
import type { Organization, Team } from "../../api/schema";
import { Choice, OPEN_AT_MOST, type SubjectListProps } from "./subject-choice";
import { AccountsEntry, GroupsEntry, PeopleEntry } from "./subject-entries";

export function SubjectList(props: SubjectListProps) {
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

interface EntryProps extends SubjectListProps {
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
