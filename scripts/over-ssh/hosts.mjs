// Hosts with slots, as in the host files of Open MPI (`host slots=4`) and MPICH (`host:4`).

/** @typedef {{ readonly host: string, readonly slots: number, readonly firstRank: number }} Host */

/**
 * Reads a host file; a host that stands twice has the slots of both lines. Throws an Error that names the line.
 * @param {string} text
 * @param {string} path
 * @returns {Host[]}
 */
export function readHosts(text, path) {
  /** @type {Map<string, number>} */
  const slots = new Map();
  text.split(/\r?\n/).forEach((line, i) => {
    const bare = line.replace(/#.*/, '').trim();
    if (bare === '') return;
    // A host never starts with a dash: ssh would read it as an option.
    const parts = /^((?:[\w.-]+@)?(?!-)[\w.-]+|\[[0-9a-f:]+\])(?::(\d+)|\s+slots\s*=\s*(\d+))?$/i.exec(bare);
    const count = Number(parts?.[2] ?? parts?.[3] ?? 1);
    if (!parts?.[1] || parts[1].startsWith('-') || count < 1 || count > 1024)
      throw new Error(`${path}:${i + 1}: wanted HOST, HOST:N or HOST slots=N with N from 1 to 1024, got "${bare}".`);
    const host = parts[1].replace(/^\[|\]$/g, '');
    slots.set(host, (slots.get(host) ?? 0) + count);
  });
  if (slots.size === 0) throw new Error(`${path} names no host. One a line: HOST slots=N.`);
  let next = 0;
  return [...slots].map(([host, count]) => {
    const firstRank = next;
    next += count;
    return { host, slots: count, firstRank };
  });
}
