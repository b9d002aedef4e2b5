/** The audit cannot be made: a file is missing or is not what it should be. Told without a stack. */
export class AuditError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AuditError';
  }
}
