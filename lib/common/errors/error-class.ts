/** A class of errors, also an abstract one. */
export type ErrorClass = abstract new (...args: never[]) => Error;
