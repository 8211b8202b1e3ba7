// Another person saved the object meanwhile: compares the stored object with the input, and keeps both.
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

export function Conflict({ noun, differences, onKeepMine, onUseTheirs }: Props) {
  return (
    <Notice kind="warn" title={`This ${noun} was changed while you were editing it.`}>
      {differences.length === 0 ? (
        <p>Your input equals the saved version.</p>
      ) : (
        <>
          <p>Your input is kept. These values differ:</p>
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col">Saved version</th>
                <th scope="col">Your version</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ label, theirs, mine }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td data-label="Saved version">{theirs}</td>
                  <td data-label="Your version">{mine}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <div class="actions">
        <button type="button" onClick={onKeepMine}>
          Save my version
        </button>
        <button type="button" onClick={onUseTheirs}>
          Discard my version
        </button>
      </div>
    </Notice>
  );
}
