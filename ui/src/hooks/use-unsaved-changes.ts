// Asks for confirmation before unsaved input is lost.
import { useEffect } from "preact/hooks";
import { setLeaveGuard } from "../router";

/** While `dirty`, leaving the page or closing the tab asks for confirmation. */
export function useUnsavedChanges(
  dirty: boolean,
  question = "Leave without saving? Your changes will be lost.",
): void {
  useEffect(() => {
    if (!dirty) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", onUnload);
    setLeaveGuard(() => confirm(question));
    return () => {
      removeEventListener("beforeunload", onUnload);
      setLeaveGuard(undefined);
    };
  }, [dirty, question]);
}
