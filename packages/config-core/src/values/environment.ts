/** Where placeholders find their values: the process's variables, or others. */
export type Environment = Readonly<Record<string, string | undefined>>;
