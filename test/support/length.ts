/** The long forms last minutes: `npm run test:faults`. */
export const IS_LONG = process.env['TEST_LENGTH'] === 'long';

/** A machine that stands still meanwhile says nothing of times: the short forms measure again. */
export const MEASURED = { retry: IS_LONG ? 0 : 2 };
