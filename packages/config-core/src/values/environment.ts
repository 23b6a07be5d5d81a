/** The variables for placeholders, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;
