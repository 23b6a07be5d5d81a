/** One row of a result, its values in the order of the select. */
export type Row = readonly unknown[];
