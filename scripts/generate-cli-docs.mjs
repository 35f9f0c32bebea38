// Writes docs/cli.md from the tables of options and commands. Run it after a build; a unit test compares the two.
import { writeFile } from 'node:fs/promises';

const { formatCliPage } = await import('../dist/config/help-text.js');
const { exitMeanings, formatOverview } = await import('../dist/cli/overview.js');
await writeFile(new URL('../docs/cli.md', import.meta.url), formatCliPage(formatOverview(), exitMeanings));
console.log('docs/cli.md is written');
