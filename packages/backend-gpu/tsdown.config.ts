import { library } from '../../tools/tsdown.ts';

export default library({ index: 'src/index.ts' });
