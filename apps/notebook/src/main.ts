import { openNotebook } from './page/notebook.ts';

await openNotebook();
