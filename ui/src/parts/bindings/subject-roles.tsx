// The right side of the Access page: every role, and how the chosen subject has it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Role, RoleBinding } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useSearch } from "../table/search";
import type { AccessData, NamedSubject } from "./access-data";
import { BindingDialog } from "./binding-dialog";
import { BindingRange, describeSubject } from "./describe";
import { Members } from "./members";
import { RemoveBindingDialog } from "./remove-binding-dialog";
import { subjectKey } from "./subject-key";

interface Props {
  world: AccessData;
  chosen: NamedSubject;
  onChange: () => Promise<void>;
}

/** As in style.css. */
const NARROW = "(max-width: 45rem)";

type Open = { give: Role } | { change: RoleBinding; role: Role } | { take: RoleBinding };

export function SubjectRoles({ world, chosen, onChange }: Props) {
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const key = subjectKey(chosen.subject);
  const held = Map.groupBy(
    world.bindings.filter((binding) => subjectKey(binding.subject) === key),
    (binding) => binding.role.id,
  );
  const roles = [...world.roles].sort(
    (one, other) =>
      Number(held.has(other.id)) - Number(held.has(one.id)) ||
      Number(one.built_in) - Number(other.built_in) ||
      one.name.localeCompare(other.name),
  );
  const { shown, input } = useSearch("roles", roles, (role) => `${role.name} ${role.description}`);
  const change = may("samovar.role-bindings:write");
  const close = () => setOpen(undefined);
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const taken = async () => {
    await onChange();
    // The button that had the focus is gone.
    requestAnimationFrame(() => heading.current?.focus());
  };
  useEffect(() => {
    // On a narrow screen this side is below the other one.
    if (matchMedia(NARROW).matches) section.current?.scrollIntoView();
  }, []);
  return (
    <section class="side" aria-label="Roles" ref={section}>
      <h2 ref={heading} tabIndex={-1}>
        {describeSubject(chosen.subject, chosen.name)}
      </h2>
      <Members chosen={chosen} world={world} />
      <OrganizationRoles world={world} chosen={chosen} />
      {input}
      <ul class="roles">
        {shown.map((role) => (
          <RoleEntry
            key={role.id}
            role={role}
            bindings={held.get(role.id) ?? []}
            onOpen={change ? setOpen : undefined}
          />
        ))}
      </ul>
      {open && "give" in open && (
        <BindingDialog
          world={world}
          chosen={chosen}
          role={open.give}
          onSaved={onChange}
          onClose={close}
        />
      )}
      {open && "change" in open && (
        <BindingDialog
          world={world}
          chosen={chosen}
          role={open.role}
          binding={open.change}
          onSaved={onChange}
          onClose={close}
        />
      )}
      {open && "take" in open && (
        <RemoveBindingDialog binding={open.take} onRemoved={taken} onClose={close} />
      )}
    </section>
  );
}

interface EntryProps {
  role: Role;
  bindings: RoleBinding[];
  onOpen: ((open: Open) => void) | undefined;
}

function RoleEntry({ role, bindings, onOpen }: EntryProps) {
  return (
    <li class={bindings.length > 0 ? "held" : undefined}>
      <div class="role-line">
        <div>
          <a href={`/roles/${role.id}`}>{role.name}</a>{" "}
          {role.built_in && <span class="tag">built in</span>}
          <div class="muted small">{role.description}</div>
        </div>
        {onOpen && (
          <button
            type="button"
            aria-label={`Give ${role.name}`}
            onClick={() => onOpen({ give: role })}
          >
            Give…
          </button>
        )}
      </div>
      {bindings.map((binding) => (
        <div key={binding.id} class="given">
          <span>
            ✓ <BindingRange binding={binding} />
          </span>
          {onOpen && (
            <span class="actions">
              <button
                type="button"
                class="link"
                aria-label={`Change ${role.name}`}
                onClick={() => onOpen({ change: binding, role })}
              >
                Change…
              </button>
              <button
                type="button"
                class="link"
                aria-label={`Take away ${role.name}`}
                onClick={() => onOpen({ take: binding })}
              >
                Take away…
              </button>
            </span>
          )}
        </div>
      ))}
    </li>
  );
}

/** Roles that members of a team have because the whole organization has them. */
function OrganizationRoles({ world, chosen }: { world: AccessData; chosen: NamedSubject }) {
  const { subject } = chosen;
  if (subject.kind !== "team" && subject.kind !== "organization-owners") return null;
  const team = world.teams.find((one) => subject.kind === "team" && one.id === subject.id);
  const organization = subject.kind === "team" ? team?.organization.id : subject.id;
  const bindings = world.bindings.filter(
    (binding) => binding.subject.kind === "organization" && binding.subject.id === organization,
  );
  if (bindings.length === 0) return null;
  return (
    <p class="small">
      Also, as everyone in {bindings[0]?.subject_name}:{" "}
      {bindings.map((binding, n) => (
        <span key={binding.id}>
          {n > 0 && "; "}
          <b>{binding.role.name}</b> <BindingRange binding={binding} />
        </span>
      ))}
    </p>
  );
}
