/** What a call throws when the library has no function for one of PyTorch's names yet. */
export class MissingOp extends Error {
  override readonly name: string = 'MissingOp';
  /** PyTorch's name. */
  readonly op: string;

  constructor(op: string, why: string) {
    super(`${op}: ${why}`);
    this.op = op;
  }
}
