/** The long forms last minutes: `npm run test:faults`. */
export const IS_LONG = process.env['TEST_LENGTH'] === 'long';
