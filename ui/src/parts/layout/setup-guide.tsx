// The steps to the first protected application; hidden once the checked steps are done.
import { api, unwrap } from "../../api/client";
import { useResource } from "../../hooks/use-resource";

const TASKS = [
  {
    href: "/roles/new",
    title: "Create a role",
    text: "a set of permissions, such as deployer with deployments:write",
  },
  {
    href: "/applications/new",
    title: "Create an application",
    text: "its hosts, and the permissions that each route requires",
  },
  {
    href: "/access",
    title: "Assign the role to a team",
    text: "you see who gains access before you save",
  },
  {
    href: "/applications",
    title: "Copy the proxy configuration",
    text: "for nginx or Caddy, on the application's page",
  },
];

export function SetupGuide() {
  const done = useResource(fetchDone, []);
  const [role, application, binding] = done.data ?? [true, true, true];
  if (role && application && binding) return null;
  return (
    <section>
      <h2>Protect your first application</h2>
      <ol class="steps">
        {TASKS.map((task, n) => (
          <li key={task.href} class={done.data?.[n] ? "done" : undefined}>
            <a href={task.href}>{task.title}</a>: {task.text}. {done.data?.[n] && <b>Done</b>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Which of the tasks are done. The proxy is not known to Samovar, so the last one never is. */
async function fetchDone(): Promise<boolean[]> {
  const [roles, applications, bindings] = await Promise.all([
    unwrap(api.GET("/roles", { params: { query: { limit: 200 } } })),
    unwrap(api.GET("/applications", { params: { query: { limit: 1 } } })),
    unwrap(api.GET("/role-bindings", { params: { query: { limit: 200 } } })),
  ]);
  const own = new Set(roles.items.filter((role) => !role.built_in).map((role) => role.id));
  return [
    own.size > 0,
    applications.items.length > 0,
    bindings.items.some((binding) => own.has(binding.role.id)),
    false,
  ];
}
