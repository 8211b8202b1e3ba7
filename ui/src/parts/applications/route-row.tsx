// One row of the routes editor.
import type { RepositoryLevel, Requirement } from "../../api/schema";
import { Sentence } from "../text/sentence";
import { parametersOf, type RouteInput } from "./application-input";

interface RowProps {
  route: RouteInput;
  place: number;
  error: string | undefined;
  last: boolean;
  onChange: (route: RouteInput) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

export function RouteRow({
  route,
  place,
  error: fault,
  last,
  onChange,
  onMove,
  onRemove,
}: RowProps) {
  const set = (part: Partial<RouteInput>) => onChange({ ...route, ...part });
  const keys = (event: KeyboardEvent) => {
    const by = event.altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key] : undefined;
    if (by === undefined) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <li onKeyDown={keys} aria-label={`Route ${place}`}>
      <span class="place" aria-hidden="true">
        {place}
      </span>
      <label class="methods">
        <span>Methods</span>
        <input
          value={route.methods}
          placeholder="any"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => set({ methods: event.currentTarget.value })}
        />
      </label>
      <label class="path-label">
        <span>Path</span>
        <input
          class="path mono"
          required
          pattern="/.*"
          title="begins with /"
          autocomplete="off"
          spellcheck={false}
          value={route.path}
          onInput={(event) => set({ path: event.currentTarget.value })}
        />
      </label>
      <RequirementFields route={route} set={set} />
      <div class="row-actions">
        <button
          type="button"
          disabled={place === 1}
          aria-label={`Move route ${place} up`}
          onClick={() => onMove(-1)}
        >
          ↑
        </button>
        <button
          type="button"
          disabled={last}
          aria-label={`Move route ${place} down`}
          onClick={() => onMove(1)}
        >
          ↓
        </button>
        <button type="button" aria-label={`Remove route ${place}`} onClick={onRemove}>
          ✕
        </button>
      </div>
      {fault && (
        <p class="fault slash">
          <Sentence text={fault} />
        </p>
      )}
    </li>
  );
}

function RequirementFields({
  route,
  set,
}: {
  route: RouteInput;
  set: (part: Partial<RouteInput>) => void;
}) {
  const named = route.path.includes("{owner}") && route.path.includes("{repo}");
  // The server refuses both in a path that ends in `/**`.
  const takesData = route.path.includes("{") && !route.path.endsWith("/**");
  return (
    <>
      <label class="asks">
        <span>Asks for</span>
        <select
          value={route.kind}
          onChange={(event) => set({ kind: event.currentTarget.value as Requirement["kind"] })}
        >
          <option value="permissions">permissions</option>
          <option value="signed-in">being signed in</option>
          <option value="public">nothing (public)</option>
        </select>
      </label>
      {route.kind === "permissions" && (
        <label class="permissions">
          <span>Permissions, all of them</span>
          <input
            class="mono"
            required
            autocomplete="off"
            spellcheck={false}
            value={route.permissions}
            placeholder="deployments:write"
            onInput={(event) => set({ permissions: event.currentTarget.value })}
          />
        </label>
      )}
      {(named || route.repository !== "") && route.kind !== "public" && (
        <label class="repository">
          <span>And in the repository</span>
          <select
            value={route.repository}
            onChange={(event) =>
              set({ repository: event.currentTarget.value as RepositoryLevel | "" })
            }
          >
            <option value="">no matter</option>
            <option value="read">read</option>
            <option value="write">write</option>
            <option value="admin">admin</option>
          </select>
        </label>
      )}
      <SecretParameters route={route} set={set} />
      {(takesData || route.encodedSlash) && (
        <label class="slash choice">
          <input
            type="checkbox"
            checked={route.encodedSlash}
            onChange={(event) => set({ encodedSlash: event.currentTarget.checked })}
          />{" "}
          Allow encoded slashes (<code>%2F</code>) in segments
        </label>
      )}
      {(takesData || route.semicolon) && (
        <label class="slash choice">
          <input
            type="checkbox"
            checked={route.semicolon}
            onChange={(event) => set({ semicolon: event.currentTarget.checked })}
          />{" "}
          Allow semicolons (<code>;</code>) in segments
        </label>
      )}
    </>
  );
}

/** A choice for each parameter of the path: is its value secret? Gitea is asked about a repository, so its name is not. */
function SecretParameters({
  route,
  set,
}: {
  route: RouteInput;
  set: (part: Partial<RouteInput>) => void;
}) {
  const mark = (name: string, secret: boolean) => {
    const others = route.secretParameters.filter((other) => other !== name);
    set({ secretParameters: secret ? [...others, name] : others });
  };
  const fixed = route.repository === "" || route.kind === "public" ? [] : ["owner", "repo"];
  const offered = parametersOf(route.path).filter(
    (name) => !fixed.includes(name) || route.secretParameters.includes(name),
  );
  return (
    <>
      {offered.map((name) => (
        <label key={name} class="slash choice">
          <input
            type="checkbox"
            checked={route.secretParameters.includes(name)}
            onChange={(event) => mark(name, event.currentTarget.checked)}
          />{" "}
          <code>{`{${name}}`}</code> is secret: not recorded, logged or shown
        </label>
      ))}
    </>
  );
}
