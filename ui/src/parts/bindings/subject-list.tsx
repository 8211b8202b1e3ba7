// The left side of the Access page: organizations with their teams, people by search, and service accounts.
import { useMemo, useState } from "preact/hooks";
import type { Organization, Team } from "../../api/schema";
import { MAX_OPEN_GROUPS, SubjectChoice, type SubjectListProps } from "./subject-choice";
import { People, ProviderGroups, ServiceAccounts } from "./subject-entries";

export function SubjectList(props: SubjectListProps) {
  const { access: world, selected: chosen } = props;
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
        <OrganizationGroup
          key={organization.id}
          {...props}
          organization={organization}
          teams={teams}
          open={
            wanted !== "" ||
            shown.length <= MAX_OPEN_GROUPS ||
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
      <ProviderGroups {...props} search={wanted} />
      <People {...props} search={wanted} />
      <ServiceAccounts {...props} search={wanted} />
    </section>
  );
}

interface EntryProps extends SubjectListProps {
  organization: Organization;
  teams: Team[];
  open: boolean;
}

function OrganizationGroup({ organization, teams, open, ...rest }: EntryProps) {
  const { id, name } = organization;
  return (
    <details class="group" open={open}>
      <summary>{name}</summary>
      <ul class="choices">
        <SubjectChoice
          {...rest}
          subject={{ subject: { kind: "organization", id }, name }}
          label={`Everyone in ${name}`}
          people={organization.members}
        />
        {teams.map((team) =>
          team.owners ? (
            <SubjectChoice
              key={team.id}
              {...rest}
              subject={{ subject: { kind: "organization-owners", id }, name }}
              label={`Owners of ${name}`}
              people={team.members}
            />
          ) : (
            <SubjectChoice
              key={team.id}
              {...rest}
              subject={{ subject: { kind: "team", id: team.id }, name: `${name}/${team.name}` }}
              label={team.name}
              people={team.members}
            />
          ),
        )}
      </ul>
    </details>
  );
}
