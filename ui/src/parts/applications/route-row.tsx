// One row of the routes editor.
import type { RepositoryLevel, Requirement } from "../../api/schema";
import { Sentence } from "../text/sentence";
import { parametersOf, type RouteInput } from "./application-input";

interface RowProps {
  route: RouteInput;
  position: number;
  error: string | undefined;
  last: boolean;
  onChange: (route: RouteInput) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

export function RouteRow({ route, position, error, last, onChange, onMove, onRemove }: RowProps) {
  const set = (part: Partial<RouteInput>) => onChange({ ...route, ...part });
  const keys = (event: KeyboardEvent) => {
    const by = event.altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key] : undefined;
    if (by === undefined) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <li onKeyDown={keys} aria-label={`Route ${position}`}>
      <span class="position" aria-hidden="true">
        {position}
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
          title="A path starts with /."
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
          disabled={position === 1}
          aria-label={`Move route ${position} up`}
          onClick={() => onMove(-1)}
        >
          ↑
        </button>
        <button
          type="button"
          disabled={last}
          aria-label={`Move route ${position} down`}
          onClick={() => onMove(1)}
        >
          ↓
        </button>
        <button type="button" aria-label={`Remove route ${position}`} onClick={onRemove}>
          ✕
        </button>
      </div>
      {error && (
        <p class="field-error full-row">
          <Sentence text={error} />
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
  const hasRepository = route.path.includes("{owner}") && route.path.includes("{repo}");
  // The server refuses both settings for a path that ends in `/**`.
  const allowsSettings = route.path.includes("{") && !route.path.endsWith("/**");
  return (
    <>
      <label class="requirement">
        <span>Requires</span>
        <select
          value={route.kind}
          onChange={(event) => set({ kind: event.currentTarget.value as Requirement["kind"] })}
        >
          <option value="permissions">permissions</option>
          <option value="signed-in">sign-in</option>
          <option value="public">nothing (public)</option>
        </select>
      </label>
      {route.kind === "permissions" && (
        <label class="permissions">
          <span>Permissions (all of them)</span>
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
      {(hasRepository || route.repository !== "") && route.kind !== "public" && (
        <label class="repository">
          <span>Repository access</span>
          <select
            value={route.repository}
            onChange={(event) =>
              set({ repository: event.currentTarget.value as RepositoryLevel | "" })
            }
          >
            <option value="">not checked</option>
            <option value="read">read</option>
            <option value="write">write</option>
            <option value="admin">admin</option>
          </select>
        </label>
      )}
      <SecretParameters route={route} set={set} />
      {(allowsSettings || route.encodedSlash) && (
        <label class="full-row choice">
          <input
            type="checkbox"
            checked={route.encodedSlash}
            onChange={(event) => set({ encodedSlash: event.currentTarget.checked })}
          />{" "}
          Allow encoded slashes in segments (<code>%2F</code>)
        </label>
      )}
      {(allowsSettings || route.semicolon) && (
        <label class="full-row choice">
          <input
            type="checkbox"
            checked={route.semicolon}
            onChange={(event) => set({ semicolon: event.currentTarget.checked })}
          />{" "}
          Allow semicolons in segments (<code>;</code>)
        </label>
      )}
    </>
  );
}

/** One checkbox per path parameter. The names of a repository cannot be secret, because Gitea is asked about them. */
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
  const notSecret = route.repository === "" || route.kind === "public" ? [] : ["owner", "repo"];
  const offered = parametersOf(route.path).filter(
    (name) => !notSecret.includes(name) || route.secretParameters.includes(name),
  );
  return (
    <>
      {offered.map((name) => (
        <label key={name} class="full-row choice">
          <input
            type="checkbox"
            checked={route.secretParameters.includes(name)}
            onChange={(event) => mark(name, event.currentTarget.checked)}
          />{" "}
          <code>{`{${name}}`}</code> is secret: do not log or show it
        </label>
      ))}
    </>
  );
}
