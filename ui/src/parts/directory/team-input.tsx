// An input that finds a team by `organization/team`.
import { api, ApiError, take } from "../../api/client";
import type { Team } from "../../api/schema";
import { named, Suggest } from "../form/combobox";
import type { Ties } from "../form/field";

interface Props {
  ties: Ties;
  name: string;
  /** Called with what is typed, and the team when it is exactly one's name. */
  onChange: (name: string, team: Team | undefined) => void;
  required?: boolean;
}

/** Finds teams as one types. */
export function TeamInput({ name, ...rest }: Props) {
  return (
    <Suggest
      text={name}
      search={search}
      nameOf={nameOf}
      noteOf={(team) => (team.members === 1 ? "1 person" : `${team.members} people`)}
      placeholder="organization/team"
      {...rest}
    />
  );
}

async function search(name: string): Promise<Team[]> {
  const query = name === "" ? { limit: 20 } : { limit: 20, search: name };
  return (await take(api.GET("/teams", { params: { query } }))).items;
}

function nameOf(team: Team): string {
  return `${team.organization.name}/${team.name}`;
}

/** The team with exactly this name. */
export async function teamNamed(name: string): Promise<Team> {
  const team = named(name, await search(name.trim()), nameOf);
  if (team === undefined)
    throw new ApiError(404, {
      title: "No team has this name",
      detail: `Gitea has no team called \`${name}\`; write it as \`organization/team\`.`,
    });
  return team;
}
