// Types that the forms for new and for existing objects share.
import type { JSX } from "preact";
import type { Dispatch, StateUpdater } from "preact/hooks";
import type { ApiError } from "../../api/client";

/** The state that the fields of an object get. */
export interface FormState<I> {
  input: I;
  onChange: Dispatch<StateUpdater<I>>;
  error: ApiError | undefined;
}

export interface ObjectForm<I> {
  /** The name of the kind of object, such as `role`. */
  noun: string;
  /** Two inputs with the same content must give the same text. */
  asText?: (input: I) => string;
  wide?: boolean;
  children: (inputs: FormState<I>) => JSX.Element;
}
