/** Servers are repaired and replaced behind their address. What is known of one is forgotten after this time, milliseconds. */
const LIFETIME = 600_000;

/** The forms of one kind of request, the preferred one first. It remembers the form that the server accepts, for a while. */
export class FormLadder<Form> {
  private known: { form: Form; since: number } | undefined;

  constructor(private readonly forms: readonly [Form, ...Form[]]) {}

  /**
   * Sends a request in the known or preferred form, and then in the others until the server accepts one.
   *
   * @param isRejection whether another form may be accepted after this error.
   * @throws the error of the last form.
   */
  async run<Result>(send: (form: Form) => Promise<Result>, isRejection: (error: unknown) => boolean): Promise<Result> {
    const known = this.current;
    const forms = [known, ...this.forms.filter((one) => one !== known)];
    for (const [index, form] of forms.entries()) {
      try {
        const result = await send(form);
        if (form !== known) this.known = { form, since: performance.now() };
        return result;
      } catch (error) {
        if (!isRejection(error) || index === forms.length - 1) throw error;
      }
    }
    throw new Error('a ladder has at least one form');
  }

  private get current(): Form {
    const { known } = this;
    return known && performance.now() - known.since < LIFETIME ? known.form : this.forms[0];
  }
}
