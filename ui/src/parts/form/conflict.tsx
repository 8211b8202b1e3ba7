// Somebody else changed the object while it was being edited: shows what there is now beside what was typed, keeps both.
import type { ComponentChildren } from "preact";
import { Notice } from "../feedback/notice";

/** One value that differs. */
export interface Difference {
  label: string;
  theirs: ComponentChildren;
  mine: ComponentChildren;
}

interface Props {
  noun: string;
  differences: readonly Difference[];
  onKeepMine: () => void;
  onUseTheirs: () => void;
}

export function Conflict({
  noun: what,
  differences,
  onKeepMine,
  onUseTheirs: onTakeTheirs,
}: Props) {
  return (
    <Notice kind="warn" title={`Somebody else changed this ${what} while you were editing it.`}>
      {differences.length === 0 ? (
        <p>What you typed is what there is now.</p>
      ) : (
        <>
          <p>Nothing of yours is lost. This differs:</p>
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col">Now</th>
                <th scope="col">Yours</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ label, theirs, mine }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td data-label="Now">{theirs}</td>
                  <td data-label="Yours">{mine}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <div class="actions">
        <button type="button" onClick={onKeepMine}>
          Save mine over it
        </button>
        <button type="button" onClick={onTakeTheirs}>
          Take what there is now
        </button>
      </div>
    </Notice>
  );
}
