/** Elements of a row that are added in {@link LANES} running sums before they join the cascade. */
export const ROW_BLOCK = 512;

/** Running sums side by side within a block: one addition need not wait for the one before. */
export const LANES = 4;

/** Rows that are added one after another, column by column, before they join the cascade. */
export const COLUMN_BLOCK = 64;
