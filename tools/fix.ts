// `pnpm fix [PATH...]`: formats, sorts imports and repairs what lint can repair.
import { run } from './run.ts';

const paths = process.argv.slice(2);
const { code } = await run('biome', ['check', '--write', ...(paths.length > 0 ? paths : ['.'])], true);
process.exitCode = code;
