// A set of permissions, the long ones folded.

const SHOWN = 4;

export function Permissions({ of }: { of: readonly string[] }) {
  const rest = of.slice(SHOWN);
  return (
    <>
      <List of={of.slice(0, SHOWN)} />
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
