import { instance } from '@viz-js/viz';
import type { ArtistApi } from '../protocol.ts';
import { serve } from '../remote.ts';

const graphviz = instance();

const look = {
  graphAttributes: { bgcolor: 'transparent', nodesep: 0.3, ranksep: 0.35, pad: 0.1 },
  nodeAttributes: { fontname: 'Helvetica', fontsize: 13, height: 0.36, margin: '0.16,0.06' },
  edgeAttributes: { arrowsize: 0.7 },
};

serve<ArtistApi>({
  draw: async (dot) => (await graphviz).renderString(dot, { format: 'svg', ...look }),
});
