/** A matrix of doubles in row-major order: what the algorithms here take, change and give. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** A copy. */
export function copyOf({ rows, columns, data }: Matrix): Matrix {
  return { rows, columns, data: data.slice() };
}

/** The identity matrix, or its first columns. */
export function identity(rows: number, columns: number = rows): Matrix {
  const out = zeros(rows, columns);
  for (let i = 0; i < Math.min(rows, columns); i++) out.data[i * columns + i] = 1;
  return out;
}

/** The transpose. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const out = zeros(columns, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j]!;
  }
  return out;
}

/** The product. */
export function product(a: Matrix, b: Matrix): Matrix {
  const out = zeros(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k]!;
      for (let j = 0; j < b.columns; j++) {
        out.data[i * b.columns + j]! += factor * b.data[k * b.columns + j]!;
      }
    }
  }
  return out;
}
