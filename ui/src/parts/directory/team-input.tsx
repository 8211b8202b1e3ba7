// An input that finds a team by `organization/team`.
import { api, ApiError, unwrap } from "../../api/client";
import type { Team } from "../../api/schema";
import { Combobox, exactMatch } from "../form/combobox";
import type { FieldAttributes } from "../form/field";
import { count } from "../text/count";

interface Props {
  attributes: FieldAttributes;
  name: string;
  /** Called with the text, and with the team if the text is the exact name of one team. */
  onChange: (name: string, team: Team | undefined) => void;
  required?: boolean;
}

/** Suggests teams while the person types. */
export function TeamInput({ name, ...rest }: Props) {
  return (
    <Combobox
      text={name}
      search={search}
      nameOf={nameOf}
      noteOf={(team) => count(team.members, "member")}
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

/** Finds the team with this exact name. */
export async function findTeam(name: string): Promise<Team> {
  const team = exactMatch(name, await search(name.trim()), nameOf);
  if (team === undefined)
    throw new ApiError(404, {
      title: "Team not found",
      detail: `Gitea has no team called \`${name}\`. Write the name as \`organization/team\`.`,
    });
  return team;
}
