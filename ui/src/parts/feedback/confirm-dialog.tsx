// Asks before something is deleted, ended or put in motion, and shows why it failed.
import type { ComponentChildren } from "preact";
import { useAction } from "../../hooks/use-action";
import { Dialog } from "../layout/dialog";
import { ErrorNotice } from "./error-notice";

interface Props {
  title: string;
  verb: string;
  disabled?: boolean;
  /** Nothing is lost by it. */
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
