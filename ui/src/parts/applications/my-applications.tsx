// The applications that the caller is signed in to, from the caller's browser sessions.
import { api, fetchAll, pageQuery } from "../../api/client";
import { useResource } from "../../hooks/use-resource";
import { ResourceView } from "../feedback/resource-view";

/** An application at one of its hosts. */
interface SignedInApplication {
  name: string;
  host: string;
}

export function MyApplications() {
  const applications = useResource(fetchSignedIn, []);
  return (
    <section>
      <h2>Your applications</h2>
      <ResourceView what="your applications" resource={applications}>
        {(all) =>
          all.length === 0 ? (
            <p class="muted">You are not signed in to an application yet.</p>
          ) : (
            <ul class="rows">
              {all.map(({ name, host }) => (
                <li key={host}>
                  <a href={`${location.protocol}//${host}/`}>{name}</a>{" "}
                  <span class="muted">{host}</span>
                </li>
              ))}
            </ul>
          )
        }
      </ResourceView>
    </section>
  );
}

async function fetchSignedIn(): Promise<SignedInApplication[]> {
  const sessions = await fetchAll((cursor) =>
    api.GET("/me/sessions", { params: { query: pageQuery(cursor) } }),
  );
  const byHost = new Map<string, SignedInApplication>();
  for (const { place } of sessions)
    if (place.kind === "application" && place.application.name !== undefined)
      byHost.set(place.host, { name: place.application.name, host: place.host });
  return [...byHost.values()].sort((one, other) => one.name.localeCompare(other.name));
}
