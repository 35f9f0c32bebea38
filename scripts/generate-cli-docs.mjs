// Writes docs/cli.md and schema/run.schema.json from the tables of options and commands. Run it after a build; unit tests compare.
import { mkdir, writeFile } from 'node:fs/promises';

const { formatCliPage } = await import('../dist/config/help-text.js');
const { exitMeanings, formatOverview } = await import('../dist/cli/overview.js');
const { formatConfigSchema } = await import('../dist/config/json-schema.js');
await mkdir(new URL('../schema', import.meta.url), { recursive: true });
await writeFile(new URL('../docs/cli.md', import.meta.url), formatCliPage(formatOverview(), exitMeanings));
await writeFile(new URL('../schema/run.schema.json', import.meta.url), formatConfigSchema());
console.log('docs/cli.md and schema/run.schema.json are written');
