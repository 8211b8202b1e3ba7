// What is known of secrets; never what they are.
import type { Secret } from "../api/schema";
import { Time } from "./time";

interface Props {
  secrets: readonly Secret[];
  onDelete: ((secret: Secret) => void) | undefined;
}

export function SecretTable({ secrets, onDelete }: Props) {
  if (secrets.length === 0) return <p class="muted">It has no secret.</p>;
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Secret</th>
          <th scope="col">Made</th>
          <th scope="col">Expires</th>
          <th scope="col">Last used</th>
          {onDelete && (
            <th scope="col">
              <span class="hidden">Delete</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {secrets.map((secret) => (
          <tr key={secret.id}>
            <th scope="row">
              <code>{secret.hint}…</code>
            </th>
            <td data-label="Made">
              <Time at={secret.created_at} />
            </td>
            <td data-label="Expires">
              <Time at={secret.expires_at} /> {new Date(secret.expires_at) <= new Date() && <span class="tag bad">expired</span>}
            </td>
            <td data-label="Last used">{secret.last_used_at === undefined ? "never" : <Time at={secret.last_used_at} />}</td>
            {onDelete && (
              <td>
                <button type="button" class="link" aria-label={`Delete secret ${secret.hint}`} onClick={() => onDelete(secret)}>
                  Delete…
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
