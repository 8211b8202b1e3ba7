// Rows of one kind of thing: what each is called, what is said of it, and what can be done with it. Narrow screens show cards.
import type { ComponentChildren } from "preact";
import { useSearch } from "./search";

/** One thing that is said of every row; a card shows the label beside it. */
export interface Column<T> {
  label: string;
  show: (row: T) => ComponentChildren;
}

/** What can be done with a row. */
export interface RowAction<T> {
  /** The column, for those who do not see it. */
  columnLabel: string;
  verb: string;
  /** The verb with its object, for those who do not see the row. */
  label: (row: T) => string;
  enabled?: (row: T) => boolean;
  run: (row: T) => void;
}

interface Props<T> {
  /** The word for the rows; many of them can be searched by what `textOf` says of each. */
  what?: string;
  textOf?: (row: T) => string;
  rows: readonly T[];
  /** Said when there is no row. */
  empty: ComponentChildren;
  heading: Column<T>;
  columns: readonly Column<T>[];
  /** For those who may. */
  action?: RowAction<T> | undefined;
}

export function Table<T extends { id: string }>({
  what = "rows",
  textOf,
  rows,
  empty: none,
  ...rest
}: Props<T>) {
  const { shown, input } = useSearch(what, rows, textOf ?? (() => ""));
  if (rows.length === 0) return <p class="muted">{none}</p>;
  return (
    <>
      {textOf && input}
      {shown.length > 0 && <Rows rows={shown} {...rest} />}
    </>
  );
}

function Rows<T extends { id: string }>({
  rows,
  heading,
  columns,
  action,
}: Omit<Props<T>, "what" | "textOf" | "empty">) {
  return (
    <table class="stack">
      <thead>
        <tr>
          {[heading, ...columns].map(({ label }) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
          {action && (
            <th scope="col">
              <span class="hidden">{action.columnLabel}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{heading.show(row)}</th>
            {columns.map(({ label, show }) => (
              <td key={label} data-label={label}>
                {show(row)}
              </td>
            ))}
            {action && (
              <td>
                {(action.enabled?.(row) ?? true) && <ActionButton row={row} action={action} />}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ActionButton<T>({ row, action }: { row: T; action: RowAction<T> }) {
  return (
    <button
      type="button"
      class="link"
      aria-label={action.label(row)}
      onClick={() => action.run(row)}
    >
      {action.verb}
    </button>
  );
}
