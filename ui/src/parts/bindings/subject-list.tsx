// The left side of the Access page: organizations with their teams, provider groups, people and service accounts.
import { useMemo, useState } from "preact/hooks";
import type { Organization, Team } from "../../api/schema";
import { MAX_OPEN_GROUPS, SubjectChoice, type SubjectListProps } from "./subject-choice";
import { People, ProviderGroups, ServiceAccounts } from "./subject-entries";

export function SubjectList(props: SubjectListProps) {
  const { access, selected } = props;
  const [search, setSearch] = useState("");
  const teamsOf = useMemo(
    () => Map.groupBy(access.teams, (team) => team.organization.id),
    [access.teams],
  );
  const text = search.trim().toLowerCase();
  const matches = (name: string) => name.toLowerCase().includes(text);
  const shown = access.organizations
    .map((organization) => ({
      organization,
      teams: (teamsOf.get(organization.id) ?? []).filter((team) =>
        matches(`${organization.name}/${team.name}`),
      ),
    }))
    .filter(({ organization, teams }) => teams.length > 0 || matches(organization.name));
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
            text !== "" ||
            shown.length <= MAX_OPEN_GROUPS ||
            teams.some((team) => selected === `team:${team.id}`)
          }
        />
      ))}
      {shown.length === 0 && text !== "" && (
        <p class="muted after">No organization or team matches.</p>
      )}
      {shown.length === 0 && text === "" && (
        <p class="muted after">
          No organization or team is mirrored yet. <a href="/gitea">Check the mirror</a>.
        </p>
      )}
      <ProviderGroups {...props} search={text} />
      <People {...props} search={text} />
      <ServiceAccounts {...props} search={text} />
    </section>
  );
}

interface OrganizationProps extends SubjectListProps {
  organization: Organization;
  teams: Team[];
  open: boolean;
}

function OrganizationGroup({ organization, teams, open, ...rest }: OrganizationProps) {
  const { id, name } = organization;
  return (
    <details class="group" open={open}>
      <summary>{name}</summary>
      <ul class="choices">
        <SubjectChoice
          {...rest}
          subject={{ subject: { kind: "organization", id }, name }}
          label={`All members of ${name}`}
          members={organization.members}
        />
        {teams.map((team) =>
          team.owners ? (
            <SubjectChoice
              key={team.id}
              {...rest}
              subject={{ subject: { kind: "organization-owners", id }, name }}
              label={`Owners of ${name}`}
              members={team.members}
            />
          ) : (
            <SubjectChoice
              key={team.id}
              {...rest}
              subject={{ subject: { kind: "team", id: team.id }, name: `${name}/${team.name}` }}
              label={team.name}
              members={team.members}
            />
          ),
        )}
      </ul>
    </details>
  );
}
