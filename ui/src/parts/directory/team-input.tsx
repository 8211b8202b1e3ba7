// An input that finds a team by `organization/team`.
import { api, ApiError, unwrap } from "../../api/client";
import type { Team } from "../../api/schema";
import { Combobox, exactMatch } from "../form/combobox";
import type { FieldAttributes } from "../form/field";

interface Props {
  attributes: FieldAttributes;
  name: string;
  /** Called with what is typed, and the team when it is exactly one's name. */
  onChange: (name: string, team: Team | undefined) => void;
  required?: boolean;
}

/** Finds teams as one types. */
export function TeamInput({ name, ...rest }: Props) {
  return (
    <Combobox
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
  return (await unwrap(api.GET("/teams", { params: { query } }))).items;
}

function nameOf(team: Team): string {
  return `${team.organization.name}/${team.name}`;
}

/** The team with exactly this name. */
export async function findTeam(name: string): Promise<Team> {
  const team = exactMatch(name, await search(name.trim()), nameOf);
  if (team === undefined)
    throw new ApiError(404, {
      title: "No team has this name",
      detail: `Gitea has no team called \`${name}\`; write it as \`organization/team\`.`,
    });
  return team;
}
