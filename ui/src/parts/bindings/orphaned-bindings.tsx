// Role bindings whose subject vanished from Gitea: they give nothing and wait for somebody to clear them.
import { useState } from "preact/hooks";
import type { RoleBinding } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { Notice } from "../feedback/notice";
import { describeRange } from "./describe";
import { RemoveBindingDialog } from "./remove-binding-dialog";

export function OrphanedBindings({
  bindings,
  onChange,
}: {
  bindings: readonly RoleBinding[];
  onChange: () => Promise<void>;
}) {
  const may = useMay();
  const [taking, setTaking] = useState<RoleBinding>();
  const gone = bindings.filter((binding) => binding.subject_gone);
  if (gone.length === 0) return null;
  return (
    <Notice
      kind="warn"
      title={
        gone.length === 1
          ? "One role binding gives nothing"
          : `${gone.length} role bindings give nothing`
      }
    >
      <p>
        The team, organization or person is gone from Gitea, or the provider from the configuration.
        A new one of the same name does not inherit anything.
      </p>
      <ul class="rows">
        {gone.map((binding) => (
          <li key={binding.id}>
            {binding.role.name} {describeRange(binding)}, {binding.subject.kind}{" "}
            {"id" in binding.subject ? binding.subject.id : binding.subject.name}{" "}
            {may("samovar.role-bindings:write") && (
              <button type="button" class="link" onClick={() => setTaking(binding)}>
                Take away…
              </button>
            )}
          </li>
        ))}
      </ul>
      {taking && (
        <RemoveBindingDialog
          binding={taking}
          onRemoved={onChange}
          onClose={() => setTaking(undefined)}
        />
      )}
    </Notice>
  );
}
