// Role bindings without effect, because their subject no longer exists. Samovar never deletes them by itself.
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
  const [removing, setRemoving] = useState<RoleBinding>();
  const orphaned = bindings.filter((binding) => binding.subject_gone);
  if (orphaned.length === 0) return null;
  return (
    <Notice
      kind="warn"
      title={
        orphaned.length === 1
          ? "1 role binding has no effect"
          : `${orphaned.length} role bindings have no effect`
      }
    >
      <p>
        The subject was deleted in Gitea, or its provider is no longer configured. A new subject
        with the same name does not inherit the role.
      </p>
      <ul class="rows">
        {orphaned.map((binding) => (
          <li key={binding.id}>
            {binding.role.name} {describeRange(binding)}, {binding.subject.kind}{" "}
            {"id" in binding.subject ? binding.subject.id : binding.subject.name}{" "}
            {may("samovar.role-bindings:write") && (
              <button type="button" class="link" onClick={() => setRemoving(binding)}>
                Remove…
              </button>
            )}
          </li>
        ))}
      </ul>
      {removing && (
        <RemoveBindingDialog
          binding={removing}
          onRemoved={onChange}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Notice>
  );
}
