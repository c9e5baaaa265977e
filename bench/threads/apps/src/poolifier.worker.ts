import { ThreadWorker } from 'poolifier';

export default new ThreadWorker({
  nothing: () => undefined,
  echo: (value) => value,
});
