import { hashBlocks } from './work.ts';

export default hashBlocks;
