/** What an operation can answer instead of its result. The sentence for a code lives in the client's message table. */
export class ApiError extends Error {
  constructor(
    /** The server's code, or `offline` (no answer at all) or `unexpected` (an answer that is none of ours). */
    readonly code: string,
    /** HTTP status, 0 without an answer. */
    readonly status: number,
    readonly retryAfterMs: number | null = null,
  ) {
    super(status === 0 ? code : `${code} (${status})`);
    this.name = 'ApiError';
  }
}
