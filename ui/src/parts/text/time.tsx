// A point in time, in the browser's time zone and language.

const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
});
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** A time of today without its date. The title is the server's exact value. */
export function Time({ at }: { at: string }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>{at}</span>;
  const today = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={at} title={at}>
      {today ? TIME.format(date) : DAY_AND_TIME.format(date)}
    </time>
  );
}
