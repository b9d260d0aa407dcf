import { library } from '../../tools/tsdown.ts';

export default library({
  index: 'src/index.ts',
  backend: 'src/backend/index.ts',
  extend: 'src/extend/index.ts',
});
