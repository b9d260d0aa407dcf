import { type DType, dtypeInfo, dtypes } from '@taimatsu/core/backend';

/** Things made when first asked for, kept by two dtypes: a table that cannot grow with the shapes in use. */
export function runnersBy<R>(make: (a: DType, b: DType) => R): (a: DType, b: DType) => R {
  const runners: (R | undefined)[] = new Array(dtypes.length ** 2).fill(undefined);
  return (a, b) => {
    const key = dtypeInfo[a].id * dtypes.length + dtypeInfo[b].id;
    let run = runners[key];
    if (run === undefined) {
      run = make(a, b);
      runners[key] = run;
    }
    return run;
  };
}
