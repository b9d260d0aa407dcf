import { library } from '../tools/tsdown.ts';

export default library(
  {
    index: 'src/index.ts',
    host: 'src/host/index.ts',
    kernels: 'src/kernels/index.ts',
    notebook: 'src/notebook/index.ts',
    cli: 'src/cli.ts',
    'host/page': 'src/host/page.ts',
  },
  'node',
);
