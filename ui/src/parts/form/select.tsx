// A select box with fixed options.

interface Props<T extends string> {
  attributes: object;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

export function Select<T extends string>({ attributes, value, options, onChange }: Props<T>) {
  return (
    <select
      {...attributes}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as T)}
    >
      {options.map(([option, label]) => (
        <option key={option} value={option}>
          {label}
        </option>
      ))}
    </select>
  );
}
