// An input that finds one of many as one types; the browser's own list offers them.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Ties } from "./field";

interface Props<T> {
  ties: Ties;
  text: string;
  /** Those that fit a text, the first few. Stays the same function. */
  search: (text: string) => Promise<T[]>;
  /** What is typed to mean this one. */
  nameOf: (one: T) => string;
  /** Said beside the name. */
  noteOf?: (one: T) => string;
  /** Called with what is typed, and with the one that it names exactly. */
  onChange: (text: string, one: T | undefined) => void;
  placeholder?: string;
  required?: boolean;
}

export function Suggest<T>({
  ties,
  text,
  search,
  nameOf,
  noteOf,
  onChange,
  placeholder,
  required,
}: Props<T>) {
  const list = useId();
  const [found, setFound] = useState<T[]>([]);
  const told = useRef(onChange);
  told.current = onChange;
  /** What is typed by now: an answer about an older text must not bring that back. */
  const latest = useRef(text);
  latest.current = text;
  const typed = (now: string) => {
    latest.current = now;
    onChange(now, named(now, found, nameOf));
  };
  useEffect(() => {
    let live = true;
    const tell = (all: T[]) => {
      if (!live || latest.current !== text) return;
      setFound(all);
      told.current(text, named(text, all, nameOf));
    };
    const soon = setTimeout(() => search(text).then(tell, () => tell([])), 120);
    return () => {
      live = false;
      clearTimeout(soon);
    };
  }, [text, search]);
  return (
    <>
      <input
        {...ties}
        list={list}
        value={text}
        required={required}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder ?? ""}
        onInput={(event) => typed(event.currentTarget.value)}
      />
      <datalist id={list}>
        {found.map((one) => (
          <option key={nameOf(one)} value={nameOf(one)}>
            {noteOf?.(one)}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** Names differ by more than case; one that two have names neither. */
export function named<T>(
  text: string,
  all: readonly T[],
  nameOf: (one: T) => string,
): T | undefined {
  const [one, ...others] = all.filter(
    (any) => nameOf(any).toLowerCase() === text.trim().toLowerCase(),
  );
  return others.length === 0 ? one : undefined;
}
