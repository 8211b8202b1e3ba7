// Asks for confirmation before an action, and shows the error if the action fails.
import type { ComponentChildren } from "preact";
import { useAction } from "../../hooks/use-action";
import { Dialog } from "../layout/dialog";
import { ErrorNotice } from "./error-notice";

interface Props {
  title: string;
  verb: string;
  disabled?: boolean;
  /** The action can be undone or loses no data. */
  harmless?: boolean;
  work: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

export function ConfirmDialog({ title, verb, disabled, harmless, work, onClose, children }: Props) {
  const action = useAction();
  const run = async () => {
    if (await action.run(work)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {action.error && <ErrorNotice error={action.error} />}
      <div class="actions">
        <button
          type="button"
          class={harmless ? "primary" : "danger"}
          disabled={disabled || action.running}
          onClick={() => void run()}
        >
          {verb}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
