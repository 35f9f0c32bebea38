// Files that a command will read later: looked at first, so that nothing starts that cannot go on.
import { access, constants } from 'node:fs/promises';
import type { OptionName, Values } from '../config/schema.js';
import { flagOf } from '../config/option.js';
import { throwProblems } from '../config/parse-command-line.js';
import { ConfigError } from '../errors.js';

/** Checks that the files behind these options can be read. Throws ConfigError FILE_UNREADABLE, or USAGE for several. */
export async function checkInputFiles(values: Values, names: readonly OptionName[]): Promise<void> {
  const problems: ConfigError[] = [];
  for (const name of names) {
    for (const path of [values[name] ?? []].flat().map(String)) {
      const reason = await findObstacle(path);
      if (reason === undefined) continue;
      const message = `${flagOf(name)} ${path} cannot be read (${reason}). Check the path and its permissions.`;
      problems.push(new ConfigError('FILE_UNREADABLE', message));
    }
  }
  throwProblems(problems);
}

async function findObstacle(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
