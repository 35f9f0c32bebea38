// The two sections of a config file: `data: { name: text, path: a.txt }` and `clip: { name: value, maxNorm: 1 }`.
import type { OptionName } from './schema.js';

export const sections = ['data', 'clip'] as const satisfies OptionName[];
export type Section = (typeof sections)[number];

/** Options of a section that do not carry its name. */
const members: Readonly<Record<Section, readonly OptionName[]>> = { data: [], clip: ['maxNorm'] };

/** Says which section a key opens, if any. */
export function sectionOf(key: string): Section | undefined {
  return sections.find((section) => section === key);
}

/** Spells an option as the key of a section; undefined where it has no place there. */
export function keyInSection(section: Section, name: OptionName): string | undefined {
  if (name === section) return 'name';
  if (members[section].includes(name)) return name;
  const rest = name.slice(section.length);
  return name.startsWith(section) && /^[A-Z]/.test(rest) ? rest.charAt(0).toLowerCase() + rest.slice(1) : undefined;
}
