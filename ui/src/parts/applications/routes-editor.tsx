// The routes of an application. The first match applies, so rows can be moved by button or by Alt and an arrow key.
import { useId, useRef } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { announce } from "../../hooks/announce";
import { newRoute, type RouteInput } from "./application-input";
import { RouteRow } from "./route-row";

interface Props {
  routes: RouteInput[];
  onChange: (routes: RouteInput[]) => void;
  error: ApiError | undefined;
}

export function RoutesEditor({ routes, onChange, error }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const hint = useId();
  const replace = (at: number, route: RouteInput) =>
    onChange(routes.map((old, n) => (n === at ? route : old)));
  const move = (from: number, to: number) => {
    const moved = routes[from];
    if (moved === undefined || to < 0 || to >= routes.length) return;
    const rest = routes.filter((_, n) => n !== from);
    onChange([...rest.slice(0, to), moved, ...rest.slice(to)]);
    announce(`Route moved to position ${to + 1}`);
  };
  const add = () => {
    onChange([...routes, newRoute()]);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLInputElement>("li:last-child .path")?.select(),
    );
  };
  return (
    <fieldset class="routes-editor" aria-describedby={hint}>
      <legend>Routes</legend>
      <p class="hint" id={hint}>
        The first route that matches applies; a request without a matching route is denied.{" "}
        <code>{"{x}"}</code> matches one segment, <code>/a/**</code> matches <code>/a</code> and all
        paths below. Alt with an arrow key moves a route.
      </p>
      <ol ref={list}>
        {routes.map((route, n) => (
          <RouteRow
            key={route.key}
            route={route}
            position={n + 1}
            error={error?.errorAt(`/routes/${n}`)}
            last={n === routes.length - 1}
            onChange={(changed) => replace(n, changed)}
            onMove={(by) => move(n, n + by)}
            onRemove={() => onChange(routes.filter((_, at) => at !== n))}
          />
        ))}
      </ol>
      <button type="button" onClick={add}>
        Add route
      </button>
    </fieldset>
  );
}
