// What a program called itself, in short.

/** A browser's short name; of anything else the first words. */
export function agentWords(agent: string): string {
  const found = /(Firefox|Edg|OPR|Chrome|HeadlessChrome|Safari)\/(\d+)/.exec(agent);
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", HeadlessChrome: "Chrome" };
  return found?.[1] === undefined ? agent.slice(0, 40) : `${names[found[1]] ?? found[1]} ${found[2]}`;
}
