/** Texts that differ from the recorded ones, by how the recorded ones start. */
export const later: readonly { readonly recorded: string; readonly here: string; readonly reason: string }[] =
  [
    {
      recorded: 'Trying to backward through the graph a second time (or directly access saved tensors',
      here: 'Trying to backward through the graph a second time, but the saved intermediate results have already been freed. Specify retain_graph=True when calling backward the first time.',
      reason: 'the text of the notebook that the library replays',
    },
  ];

/** Warnings that PyTorch gives and the library does not, by how they start. */
export const unwarned: readonly { readonly recorded: string; readonly reason: string }[] = [
  {
    recorded: 'Using backward() with create_graph=True will create a reference cycle',
    reason: "a cycle is no leak for JavaScript's collector",
  },
];
