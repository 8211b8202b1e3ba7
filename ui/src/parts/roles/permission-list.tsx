// A list of permissions; a long list is folded.

const VISIBLE_COUNT = 4;

export function PermissionList({ of }: { of: readonly string[] }) {
  const rest = of.slice(VISIBLE_COUNT);
  return (
    <>
      <List of={of.slice(0, VISIBLE_COUNT)} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <List of={rest} />
        </details>
      )}
    </>
  );
}

function List({ of }: { of: readonly string[] }) {
  return (
    <ul class="plain">
      {of.map((permission) => (
        <li key={permission}>
          <code>{permission}</code>
        </li>
      ))}
    </ul>
  );
}
